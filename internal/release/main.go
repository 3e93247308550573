// Command release builds what people install from the commit that is checked out:
// static programs for six platforms, as archives, deb and rpm, with completions, man
// pages and what each was made of (CycloneDX), a manifest for winget, and SHA256SUMS.
// It runs the program itself for its completions and its help. It publishes and signs
// nothing. It is a module of its own, so that what it needs is not what the program
// needs.
//
// Its invariant: everything is made from the commit, and from nothing else. Changes
// that are not committed, the folder, the time of day and the name of the machine
// leave no trace, so that the same commit and the same Go give the same bytes.
//
//	go run . -o ../../build/release -url https://example.com/downloads
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
)

// platform is an operating system and a processor, in the words of Go.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "_" + p.arch }

var platforms = []platform{
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"linux", "amd64"}, {"linux", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// program is what was built for a platform.
type program struct {
	platform
	path string
}

// name is that of the program's file on its platform.
func (p platform) name() string {
	if p.os == "windows" {
		return "entraphone.exe"
	}
	return "entraphone"
}

func main() {
	out := flag.String("o", "release", "write to `DIR`, which must be empty or not there")
	url := flag.String("url", placeholder, "the archives will be found below this `URL`, for winget")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := release(ctx, filepath.Join("..", ".."), *out, *url, platforms)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// placeholder is an address that nobody has, until one is given.
const placeholder = "https://example.com/entraphone"

// release builds the commit of the repository at root and writes its files to out.
func release(ctx context.Context, root, out, url string, platforms []platform) error {
	c, err := readCommit(ctx, root)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	source := filepath.Join(work, "source")
	if err := c.export(ctx, root, source); err != nil {
		return err
	}
	here := platform{runtime.GOOS, runtime.GOARCH}
	if !slices.Contains(platforms, here) {
		return fmt.Errorf("completions and man pages are made by the program, and nothing is built for %s", here)
	}
	var programs []program
	own := ""
	for _, p := range platforms {
		built := program{p, filepath.Join(work, p.String(), p.name())}
		if err := c.build(ctx, source, built); err != nil {
			return err
		}
		programs = append(programs, built)
		if p == here {
			own = built.path
		}
	}
	return c.pack(ctx, source, own, programs, out, url)
}
