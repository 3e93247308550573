package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// commit is what a release is made from.
type commit struct {
	hash    string
	date    time.Time // in UTC; the time of every file of a release
	version string    // "1.2.0" by the tag v1.2.0, or that of Go's pseudo-versions
}

// readCommit reads which commit is checked out. What is not committed is not in a
// release, and said.
func readCommit(ctx context.Context, root string) (c commit, err error) {
	line, err := output(ctx, root, "git", "log", "-1", "--format=%H %ct")
	if err != nil {
		return c, err
	}
	var seconds int64
	if _, err := fmt.Sscan(string(line), &c.hash, &seconds); err != nil {
		return c, fmt.Errorf("reading the commit: %w", err)
	}
	c.date = time.Unix(seconds, 0).UTC()
	c.version = fmt.Sprintf("0.0.0-%s-%.12s", c.date.Format("20060102150405"), c.hash)
	tag, err := output(ctx, root, "git", "tag", "--points-at", "HEAD", "--sort=-version:refname", "v[0-9]*")
	if err != nil {
		return c, err
	}
	if first, _, tagged := strings.Cut(string(tag), "\n"); tagged {
		c.version = strings.TrimPrefix(first, "v")
	}
	changed, err := output(ctx, root, "git", "status", "--porcelain")
	if len(changed) > 0 {
		fmt.Fprintln(os.Stderr, "release: what is not committed is not in it:")
		fmt.Fprint(os.Stderr, string(changed))
	}
	return c, err
}

// export copies the files of the commit to a folder: nothing else can get into the
// programs then.
func (c commit) export(ctx context.Context, root, folder string) error {
	archive, err := output(ctx, root, "git", "-c", "core.autocrlf=false", "archive", "--format=zip", c.hash)
	if err != nil {
		return err
	}
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return fmt.Errorf("reading the files of the commit: %w", err)
	}
	return os.CopyFS(folder, files)
}

// build builds the program for a platform. Settings of Go that change what comes out
// are those of Go itself, whatever the environment says.
func (c commit) build(ctx context.Context, source string, p program) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w "+c.stamp(), "-o", p.path, "./cmd/entraphone")
	command.Dir = source
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch,
		"GOFLAGS=", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off", "GOWORK=off")
	if printed, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building for %s: %w\n%s", p, err, printed)
	}
	return nil
}

// stamp are the flags of the linker by which the program knows what it was built from.
func (c commit) stamp() string {
	return fmt.Sprintf("-X main.releaseVersion=v%s -X main.releaseCommit=%s -X main.releaseDate=%s", c.version, c.hash, c.date.Format(time.RFC3339))
}

// output is what a command prints to standard output.
func output(ctx context.Context, folder, name string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = folder
	out, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("%s: %w\n%s", command, err, failed.Stderr)
	}
	return out, err
}
