// Runs the suite inside the extension host, as `--extensionTestsPath` does on a desktop.
exports.activate = () => {
  // It writes its results itself, and must not hold up the activation of this extension.
  require(process.env.NEURAL_CLEANSE_SUITE).run().catch(console.error);
};
