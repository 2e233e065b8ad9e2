// Stand-in for VS Code's native logger, so that no compiler is needed: the same files, written by Node.
const fs = require('node:fs');
const path = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

class Logger {
  constructor(_type, _name, file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.stream = fs.createWriteStream(file, { flags: 'a' });
    this.level = LEVELS.indexOf('info');
    this.bare = false;
  }

  getLevel() {
    return this.level;
  }

  setLevel(level) {
    this.level = level;
  }

  clearFormatters() {
    this.bare = true;
  }

  setPattern() {
    this.bare = false;
  }

  flush() {}

  drop() {
    this.stream.end();
  }

  write(level, message) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    this.stream.write(this.bare ? message : `${time} [${LEVELS[level]}] ${message}\n`);
  }
}

const METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
METHODS.forEach((method, level) => {
  Logger.prototype[method] = function (message) {
    this.write(level, message);
  };
});

const create = (name, file) => Promise.resolve(new Logger('rotating', name, file));

// One by one: VS Code imports them by name, which Node finds in this form only.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
