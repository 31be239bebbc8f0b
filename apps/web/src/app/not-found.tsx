import { BrandMark } from '../components/brand-mark';

const NotFound = () => (
  <main id="main" className="grid min-h-dvh place-items-center p-6">
    <div className="flex max-w-sm flex-col items-start gap-3">
      <BrandMark />
      <h1 className="text-2xl font-semibold tracking-tight">There is no such page</h1>
      <p className="text-soft">The address is misspelt, or it belongs to another version of Quorate.</p>
      <a href="/" className="font-medium text-accent underline underline-offset-4">
        Go to the overview
      </a>
    </div>
  </main>
);

export default NotFound;
