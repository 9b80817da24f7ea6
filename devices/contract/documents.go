package contract

import "embed"

// Documents holds asyncapi.yaml, the schemas and the examples, for programs
// that show them and for tests of either side.
//
//go:embed asyncapi.yaml schemas examples
var Documents embed.FS
