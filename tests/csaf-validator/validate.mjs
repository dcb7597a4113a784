// Validates the CSAF documents of a folder: schema, mandatory and optional tests.
// Prints what is wrong as JSON: {errors: [...], warnings: [...]}, each "file: test: path: message".
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import validate from '@secvisogram/csaf-validator-lib/validate.js'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as optional from '@secvisogram/csaf-validator-lib/optionalTests.js'
import * as schema from '@secvisogram/csaf-validator-lib/schemaTests.js'

const folder = process.argv[2]
const tests = [schema, mandatory, optional].flatMap((module) => Object.values(module))
const found = { documents: 0, errors: [], warnings: [] }
for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
  const result = await validate(tests, JSON.parse(readFileSync(join(folder, name), 'utf8')))
  found.documents += 1
  for (const test of result.tests) {
    for (const kind of ['errors', 'warnings']) {
      for (const one of test[kind]) {
        found[kind].push(`${name}: ${test.name}: ${one.instancePath}: ${one.message}`)
      }
    }
  }
}
console.log(JSON.stringify(found))
