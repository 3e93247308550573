// Command generate writes the tables of package plans from the metadata that
// github.com/nyaruka/phonenumbers carries. Run it by "go generate" after a new
// release of that library, and review the difference that the tests report.
//
// It compiles the metadata's patterns into automata over digits and lays them
// out as bytes. It decides nothing: what the patterns mean is written in
// https://github.com/google/libphonenumber/blob/master/resources/phonemetadata.proto.
//
// Its one invariant: the same library gives the same bytes, so that a test can
// compare the tables with what would be generated now.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
)

// main writes the tables into the folder it is run in, which for "go generate"
// is that of package plans.
func main() {
	log.SetFlags(0)
	log.SetPrefix("generate: ")
	tables, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("tables.bin", tables, 0o644); err != nil {
		log.Fatal(err)
	}
}

// generate returns the tables without writing them. The test compares them with
// the file, so that a library of another release shows.
func generate() ([]byte, error) {
	version, err := libraryVersion()
	if err != nil {
		return nil, err
	}
	return layOut(version)
}

// libraryVersion returns what go.mod says, for the header of the tables. It
// needs the go command, as "go generate" has it.
func libraryVersion() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/nyaruka/phonenumbers").Output()
	if err != nil {
		return "", fmt.Errorf("asking for the version of the metadata: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
