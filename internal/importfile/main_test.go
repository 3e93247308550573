package importfile

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws less than usual: what is drawn here are whole files, and workbooks.
// Flags of the command line come behind it.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "30")
	os.Exit(m.Run())
}
