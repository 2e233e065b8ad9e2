/** @file What a family of networks knows: whether weights are its own, and the layers between them. */
import type { NetworkWriter, Written } from '../networkWriter';

export interface Family {
  /** For people. */
  readonly name: string;
  /** By the names of the weights. */
  matches(net: NetworkWriter): boolean;
  write(net: NetworkWriter): Written;
}
