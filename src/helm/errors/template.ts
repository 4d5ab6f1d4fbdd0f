/** A place in a chart as both majors write it: chart/templates/file.yaml:12 or chart/templates/file.yaml:12:4. */
const PLACE = /([\w.-]+(?:\/[\w.-]+)*\/templates\/[\w./-]+):(\d+)(?::\d+)?/g;
const REFUSED = /execution error at \(([^():\s]+):(\d+)(?::\d+)?\): (.*)/s;
const UNPARSED = /parse error at \(([^():\s]+):(\d+)(?::\d+)?\): (.*)/s;
const NOT_YAML = /YAML parse error on (\S+): (?:error converting YAML to JSON: )?(?:yaml: )?(.*)/s;

/** Says which file and line of the chart it is, and what is wrong there. Undefined for what is no template's error. */
export function describeTemplateError(text: string): string | undefined {
  const refused = REFUSED.exec(text);
  if (refused !== null) {
    const [, file = '', line = '', why = ''] = refused;
    return `the chart refuses these values: ${why} (${file} line ${line})`;
  }
  const unparsed = UNPARSED.exec(text);
  if (unparsed !== null) {
    const [, file = '', line = '', why = ''] = unparsed;
    return `template ${file} line ${line} is not well-formed: ${why}`;
  }
  const notYaml = NOT_YAML.exec(text);
  if (notYaml !== null) {
    const [, file = '', why = ''] = notYaml;
    return `template ${file} does not give YAML with these values: ${why}`;
  }
  return describeDeepest(text);
}

/** Templates call each other; the last place that is named is where it went wrong. */
function describeDeepest(text: string): string | undefined {
  const places = [...text.matchAll(PLACE)];
  const [, file, line] = places.at(-1) ?? [];
  if (file === undefined || line === undefined) return undefined;
  const expression = [...text.matchAll(/ at <([^\n]*?)>:/g)].at(-1);
  const rest = expression === undefined ? text : text.slice(expression.index + expression[0].length);
  const why = rest.replace(/^\s*(?:error calling \w+:\s*)+/, '').replace(/^\s*template:\s*/, '');
  const where = expression?.[1] === undefined ? '' : ` at ${expression[1]}`;
  // Go's words for what people do most often.
  const unset = /nil pointer evaluating/.test(why) ? ' (a value that it is taken from is not set)' : '';
  return `template ${file} line ${line} does not render${where}: ${why.trim()}${unset}`;
}
