/** @file What flows where in a program: for each variable, parameter, property and function, the expressions it may hold. */
import ts from 'typescript';

export class TextFlow {
  readonly #values = new Map<ts.Node, ts.Expression[]>();
  readonly #named = new Map<string, ts.Node[]>();

  constructor(
    private readonly checker: ts.TypeChecker,
    sources: readonly ts.SourceFile[],
  ) {
    sources.forEach((source) => {
      this.#read(source);
    });
  }

  /** Declarations by the names around them, such as `Interface.property` or `Class.constructor.parameter`. */
  named(name: string): readonly ts.Node[] {
    return this.#named.get(name) ?? [];
  }

  /** What may reach a declaration, wherever in the program it comes from. */
  valuesOf(declaration: ts.Node): readonly ts.Expression[] {
    return this.#values.get(declaration) ?? [];
  }

  /** What a name or a property refers to. */
  declarationOf(node: ts.Node): ts.Declaration | undefined {
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.checker.getSymbolAtLocation(node);
    const real =
      symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    const declaration = real?.declarations?.[0];
    return declaration !== undefined && ts.isBindingElement(declaration)
      ? (this.#propertyBoundBy(declaration) ?? declaration)
      : declaration;
  }

  /** The function that a call runs. */
  functionOf(call: ts.CallExpression): ts.Node | undefined {
    return this.checker.getResolvedSignature(call)?.declaration;
  }

  #read(node: ts.Node): void {
    if (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isParameter(node)) this.#name(node);
    if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) this.#flow(node.initializer, node);
    else if (ts.isParameter(node)) this.#readParameter(node);
    else if (ts.isArrayBindingPattern(node)) this.#readElements(node);
    else if (ts.isPropertyAssignment(node)) this.#readProperty(node, node.initializer);
    else if (ts.isShorthandPropertyAssignment(node)) this.#readProperty(node, node.name);
    else if (ts.isReturnStatement(node)) this.#flow(node.expression, ts.findAncestor(node, ts.isFunctionLike));
    else if (ts.isSpreadAssignment(node)) this.#readObject(node.expression);
    else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) this.#flow(node.body, node);
    else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      this.#flow(node.right, this.declarationOf(node.left));
    } else if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer)) {
      this.#flow(node.expression, node.initializer.declarations[0]);
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) this.#readCall(node);
    ts.forEachChild(node, (child) => {
      this.#read(child);
    });
  }

  #readCall(node: ts.CallExpression | ts.NewExpression): void {
    const { expression: callee, arguments: values = [] } = node;
    const parameters = this.checker.getResolvedSignature(node)?.declaration?.parameters ?? [];
    values.forEach((value, i) => {
      this.#flow(value, parameters[i]);
      this.#flowBack(parameters[i], value);
      this.#readObject(value);
    });
    if (!ts.isPropertyAccessExpression(callee)) return;
    const [first] = values;
    if (callee.name.text === 'push') {
      for (const value of values) this.#flow(value, this.declarationOf(callee.expression));
    } else if (first !== undefined && ts.isArrowFunction(first)) {
      // map, filter and their like hand over the elements of what they are called on.
      this.#flow(callee.expression, first.parameters[0]);
    }
  }

  /** What a function adds to an array that it was given. */
  #flowBack(parameter: ts.Node | undefined, value: ts.Expression): void {
    if (parameter === undefined || !ts.isParameter(parameter) || !ts.isIdentifier(parameter.name)) return;
    const isArray = parameter.type !== undefined && ts.isArrayTypeNode(parameter.type);
    if (isArray && ts.isIdentifier(value)) this.#flow(parameter.name, this.declarationOf(value));
  }

  #readElements({ parent, elements }: ts.ArrayBindingPattern): void {
    if (!ts.isVariableDeclaration(parent)) return;
    for (const element of elements) this.#flow(parent.initializer, element);
  }

  /** Who calls a function by the type of a property or parameter calls the function that was put there. */
  #readParameter(node: ts.ParameterDeclaration): void {
    this.#flow(node.initializer, node);
    if (!ts.isArrowFunction(node.parent) && !ts.isMethodDeclaration(node.parent)) return;
    const index = node.parent.parameters.indexOf(node);
    const type = ts.isArrowFunction(node.parent)
      ? this.checker.getContextualType(node.parent)
      : this.#expected(node.parent);
    const declared = type?.getCallSignatures()[0]?.parameters[index]?.valueDeclaration;
    if (declared !== undefined && ts.isParameter(declared) && ts.isIdentifier(declared.name)) {
      this.#flow(declared.name, node);
    }
  }

  /** An object made elsewhere, without naming its type, becomes one of a type here. */
  #readObject(value: ts.Expression): void {
    if (!ts.isIdentifier(value) && !ts.isCallExpression(value)) return;
    const made = this.checker.getTypeAtLocation(value);
    if (made.aliasSymbol !== undefined || made.getFlags() !== ts.TypeFlags.Object || made.isClassOrInterface()) return;
    const type = this.checker.getContextualType(value);
    const expected = type && this.checker.getNonNullableType(type);
    for (const property of made.getProperties()) {
      const [from] = property.declarations ?? [];
      const [to] = expected?.getProperty(property.name)?.declarations ?? [];
      if (from !== undefined && ts.isPropertyAssignment(from)) this.#flow(from.initializer, to);
      if (from !== undefined && ts.isShorthandPropertyAssignment(from)) this.#flow(from.name, to);
    }
  }

  #readProperty(node: ts.PropertyAssignment | ts.ShorthandPropertyAssignment, value: ts.Expression): void {
    this.#flow(value, node);
    const type = this.checker.getContextualType(node.parent);
    const types = type?.isUnion() === true ? type.types : type === undefined ? [] : [type];
    const declared = types.flatMap((each) => each.getProperty(node.name.getText())?.declarations ?? []);
    for (const declaration of new Set(declared)) if (declaration !== node) this.#flow(value, declaration);
  }

  /** The type that the literal around a method asks of it. */
  #expected(method: ts.MethodDeclaration): ts.Type | undefined {
    if (!ts.isObjectLiteralExpression(method.parent)) return undefined;
    const property = this.checker.getContextualType(method.parent)?.getProperty(method.name.getText());
    return property && this.checker.getTypeOfSymbolAtLocation(property, method);
  }

  /** `{ a } = x` reads the property `a` of `x`. */
  #propertyBoundBy({ parent, propertyName, name }: ts.BindingElement): ts.Declaration | undefined {
    if (!ts.isObjectBindingPattern(parent)) return undefined;
    const type = this.checker.getTypeAtLocation(parent);
    return type.getProperty((propertyName ?? name).getText())?.declarations?.[0];
  }

  #flow(value: ts.Expression | undefined, to: ts.Node | undefined): void {
    if (value === undefined || to === undefined || isLibrary(value) || isLibrary(to)) return;
    const values = this.#values.get(to);
    if (values === undefined) this.#values.set(to, [value]);
    else values.push(value);
  }

  #name(node: ts.Node): void {
    const names: string[] = [];
    for (let at = node; !ts.isSourceFile(at); at = at.parent) {
      const name = ts.isConstructorDeclaration(at)
        ? 'constructor'
        : ts.getNameOfDeclaration(at as ts.Declaration)?.getText();
      if (name !== undefined) names.unshift(name);
    }
    const name = names.join('.');
    this.#named.set(name, [...this.named(name), node]);
  }
}

/** Everything would meet everything in what the libraries declare. */
function isLibrary(node: ts.Node): boolean {
  return node.getSourceFile().isDeclarationFile;
}
