/** @file The URIs of VS Code, as much as tests need. */
import * as path from 'node:path';
import { pathToFileURL, URL as NodeUrl } from 'node:url';

interface UriParts {
  readonly scheme: string;
  readonly authority?: string;
  readonly path?: string;
  readonly query?: string;
}

export class Uri {
  static file(file: string): Uri {
    return Uri.parse(pathToFileURL(file).toString());
  }
  static parse(text: string, strict = false): Uri {
    const match = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/i.exec(text);
    if (match === null) {
      if (strict) throw new Error(`No scheme: ${text}`);
      return new Uri('file', '', text, '');
    }
    const [, scheme = '', authority = '', place = '', query = ''] = match;
    return new Uri(scheme, authority, scheme === 'data' ? place : decodeURIComponent(place), query);
  }
  static from({ scheme, authority = '', path: place = '', query = '' }: UriParts): Uri {
    return new Uri(scheme, authority, place, query);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return base.with({ path: path.posix.join(base.path, ...parts) });
  }
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
  ) {}
  get fsPath(): string {
    return this.path;
  }
  with(change: Partial<UriParts>): Uri {
    const { scheme, authority, path: place, query } = this;
    return Uri.from({ scheme, authority, path: place, query, ...change });
  }
  toString(): string {
    const place = this.scheme === 'data' ? this.path : new NodeUrl(`x://y${encodePath(this.path)}`).pathname;
    const authority = this.authority !== '' || this.scheme === 'file' ? `//${this.authority}` : '';
    return `${this.scheme}:${authority}${place}${this.query === '' ? '' : `?${this.query}`}`;
  }
}

function encodePath(place: string): string {
  return place.split('/').map(encodeURIComponent).join('/');
}
