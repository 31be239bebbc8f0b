import { describe, expect, it } from 'vitest';
import { parseMirrors } from './apt.mjs';

const printed = [
  "'http://tools.example/apt/dists/stable/InRelease' tools.example_apt_dists_stable_InRelease 0 ",
  "'http://mirror.example/debian-security/dists/bookworm-security/InRelease' mirror.example_debian-security 0 ",
  "'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0 ",
  "'http://mirror.example/debian/dists/bookworm-updates/InRelease' mirror.example_debian_dists_bookworm-updates_InRelease 0 ",
  "'http://mirror.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' mirror.example_debian_main_Packages 0 ",
].join('\n');

describe('the mirrors of a machine', () => {
  it("are listed with the one of the machine's own release first, and without those that carry only updates", () => {
    expect(parseMirrors(printed, 'bookworm')).toEqual(['http://mirror.example/debian/', 'http://tools.example/apt/']);
  });

  it('are none where apt prints nothing', () => {
    expect(parseMirrors('', 'bookworm')).toEqual([]);
  });
});
