// A file system with the scheme `nowhere:` that holds one folder with one model-like file, and cannot be written.
const vscode = require('vscode');

const CONTENTS = { '/net.onnx': Buffer.from('weights that lie on no disk') };

exports.activate = (context) => {
  const nothing = new vscode.Disposable(() => {});
  const isFolder = ({ path }) => path === '/' || path === '';
  const contentOf = (uri) => {
    const content = CONTENTS[uri.path];
    if (content === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return content;
  };
  const refuse = (uri) => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const provider = {
    onDidChangeFile: new vscode.EventEmitter().event,
    watch: () => nothing,
    stat: (uri) =>
      isFolder(uri)
        ? { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 }
        : { type: vscode.FileType.File, ctime: 0, mtime: 0, size: contentOf(uri).length },
    readDirectory: () => Object.keys(CONTENTS).map((path) => [path.slice(1), vscode.FileType.File]),
    readFile: contentOf,
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider('nowhere', provider, { isReadonly: true }));
};
