// Stand-in for VS Code's native watchdog, so that no compiler is needed: ends the process when its parent is gone.
exports.start = (parent) => {
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(1);
    }
  }, 1000).unref();
};

exports.exit = (code = 0) => process.exit(code);
