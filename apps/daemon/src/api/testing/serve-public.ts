import { silentLogger } from '../../kit/logger';
import { createPublicServer, type PublicServerDeps } from '../http-server';
import { ADMIN_TOKEN, type FakeServices, fakeServices } from './fake-services';

export type ServedPublic = {
  readonly url: string;
  readonly services: FakeServices;
  readonly close: () => Promise<void>;
  readonly routes: readonly { method: string; url: string }[];
};

/** A public listener over a real socket, with hand-made services. */
export const servePublic = async (part: Partial<PublicServerDeps> & { readonly fake?: FakeServices } = {}): Promise<ServedPublic> => {
  const { fake = fakeServices(), ...deps } = part;
  const server = await createPublicServer({ services: () => fake, logger: silentLogger, certificate: null, dashboardDir: null, behindProxy: false, ...deps });
  const { url } = await server.listen({ host: '127.0.23.1', port: 0 });
  return { url, services: fake, close: () => server.close(), routes: server.routes };
};

/** Headers of the administrator. */
export const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` } as const;
