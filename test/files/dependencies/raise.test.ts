import { describe, expect, it } from 'vitest';
import { raiseSpecifier } from '../../../src/files/dependencies/raise.js';

describe('raiseSpecifier', () => {
  it.each([
    ['', '1.16', 'fits'],
    ['*', '1.16', 'fits'],
    ['>=1.16', '1.16', 'fits'],
    ['==1.16.2', '1.16', 'fits'],
    ['==2.10', '1.16', 'fits'],
    ['!=1.13', '1.16', 'fits'],
    ['==1.*', '1.16', 'fits'],
    ['>=1.10', '1.16', '>=1.16'],
    ['>1.10', '1.16', '>=1.16'],
    ['== 1.10.1', '1.16', '== 1.16'],
    ['==1.10.*', '1.16', '==1.16.*'],
    ['~=1.10', '1.16', '~=1.16'],
    ['~=1.10.1', '1.16', '~=1.16.0'],
    ['~=2.3', '2.6.1', '~=2.6,>=2.6.1'],
    ['>=1.10,<1.12', '1.16', '>=1.16,<2'],
    ['>=1.10 , <2', '1.16', '>=1.16 , <2'],
    ['<=1.12', '1.16', '<=1.16'],
    ['>=1.10', '2.5', '>=2.5'],
    ['>=2.0,<3', '2.5', '>=2.5,<3'],
    ['==1.15.1', '2.5', 'crosses'],
    ['~=1.10', '2.5', 'crosses'],
    ['>=1.0,<2', '2.5', 'crosses'],
    ['==banana', '2.5', 'unreadable'],
  ])('%j under %s: %s', (specifier, minimum, expected) => {
    const raised = raiseSpecifier(specifier, minimum, 'pep440');
    expect(raised.is === 'raised' ? raised.specifier : raised.is).toBe(expected);
  });

  it.each([
    ['^1.10', '1.16', '^1.16'],
    ['~1.10', '1.16', '~1.16'],
    ['1.10.1', '1.16', '1.16'],
    ['1.10.*', '1.16', '1.16.*'],
    ['>=1.10,<2.0', '1.16', '>=1.16,<2.0'],
    ['^2.3', '2.5', '^2.5'],
    ['^1.10', '2.5', 'crosses'],
    ['1.10', '2.5', 'crosses'],
    ['^1.10 || ^2.0', '2.5', 'unreadable'],
  ])('Poetry %j under %s: %s', (specifier, minimum, expected) => {
    const raised = raiseSpecifier(specifier, minimum, 'poetry');
    expect(raised.is === 'raised' ? raised.specifier : raised.is).toBe(expected);
  });
});
