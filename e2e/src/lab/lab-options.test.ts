import { describe, expect, it } from 'vitest';
import { evenAdvice, parseLabOptions } from './lab-options';

describe('the options of the lab', () => {
  it('leaves the number of replicas open when none is given', () => {
    expect(parseLabOptions([])).toEqual({ replicas: null, fresh: false, help: false });
  });

  it('reads a number of replicas and --fresh', () => {
    expect(parseLabOptions(['--replicas', '5', '--fresh'])).toEqual({ replicas: 5, fresh: true, help: false });
  });

  it.each(['0', '8', '3.5', 'three', '-1', ''])('refuses %j as a number of replicas', (text) => {
    expect(() => parseLabOptions([`--replicas=${text}`])).toThrow('from 1 to 7');
  });

  it('refuses an option that it does not know', () => {
    expect(() => parseLabOptions(['--replica', '3'])).toThrow('--replica');
  });

  it('advises against even numbers only', () => {
    expect(evenAdvice(4)).toContain('no more failures than 3');
    expect(evenAdvice(5)).toBeNull();
  });
});
