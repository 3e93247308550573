package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// What make release knows of the commit, and writes here with -ldflags -X. Nothing
// else does.
var releaseVersion, releaseCommit, releaseDate string

// build is what a program can say of itself. The names are a contract: what is
// called by them does not change.
type build struct {
	Version  string `json:"version"`  // v1.2.0, or what Go's pseudo-versions look like
	Commit   string `json:"commit"`   // in full; "unknown" where a build knows none
	Date     string `json:"date"`     // of the commit, not of the build: RFC 3339, in UTC
	Go       string `json:"go"`       // go1.26.0
	Platform string `json:"platform"` // linux/amd64
}

// thisBuild takes what make release has written, and else what the Go toolchain
// knows. A build outside of a repository has neither a version nor a commit.
func thisBuild() build {
	b := build{Version: releaseVersion, Commit: releaseCommit, Date: releaseDate, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && releaseVersion == "" {
		b.Version = info.Main.Version
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				b.Commit = setting.Value
			case "vcs.time":
				b.Date = setting.Value
			}
		}
	}
	if b.Commit != "" && (b.Version == "" || b.Version == "(devel)") {
		b.Version = "devel-" + b.Commit[:min(12, len(b.Commit))]
	}
	b.Version, b.Commit, b.Date = cmp.Or(b.Version, "(devel)"), cmp.Or(b.Commit, "unknown"), cmp.Or(b.Date, "unknown")
	return b
}

// version is that of [thisBuild], as --version prints it and journals keep it.
func version() string { return thisBuild().Version }

const versionHelp = `Print the version of this program, the commit that it was built from and when
that was made, the version of Go, and the platform that it was built for.

Usage:
  entraphone version

Examples:
  entraphone version
`

const versionExitHelp = `
Exit codes:
  0    it is printed
  1    it could not be printed
  2    usage
Any other code means failure.
`

// newVersionCommand makes the command that says which build this is.
func newVersionCommand(p process) *cobra.Command {
	command := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built from",
		Args:  nothingElse,
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			if p.stream.on() {
				return p.stream.put("version", b)
			}
			_, err := fmt.Fprintf(p.stdout, "version   %s\ncommit    %s\ndate      %s\ngo        %s\nplatform  %s\n", b.Version, b.Commit, b.Date, b.Go, b.Platform)
			if err != nil {
				return fmt.Errorf("printing the version: %w", err)
			}
			return nil
		},
	}
	setHelp(command, versionHelp, versionExitHelp)
	return command
}
