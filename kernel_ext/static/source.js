// Source text and diffs, line by line.

const WORDS = /(#.*$)|("""[\s\S]*?"""|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\b(async|await|def|return|if|elif|else|for|while|in|is|not|and|or|with|as|from|import|class|try|except|finally|raise|pass|None|True|False|lambda|yield|match|case|break|continue|del|global|nonlocal|assert)\b|\b(0x[0-9a-fA-F_]+|[0-9][0-9_.]*)\b|(@[\w.\[\]]+)/gm;
const KINDS = ["comment", "string", "keyword", "number", "decorator"];

function sourceView(text) {
  const code = make("pre", "muser-source");
  let at = 0;
  for (const found of text.matchAll(WORDS)) {
    const kind = KINDS[found.slice(1).findIndex((group) => group !== undefined)];
    code.append(text.slice(at, found.index), make("span", `muser-${kind}`, found[0]));
    at = found.index + found[0].length;
  }
  code.append(text.slice(at));
  return code;
}

function diffView(text) {
  const lines = text.split("\n").filter((line) => line !== "");
  return make("pre", "muser-source muser-diff", ...lines.map((line) => {
    const kind = line.startsWith("@@") || line.startsWith("---") || line.startsWith("+++") ? "where"
      : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
    return make("div", kind, line);
  }));
}
