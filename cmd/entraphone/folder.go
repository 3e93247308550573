package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"entraphone/internal/journal"
	"entraphone/internal/report"
)

// stateFolder is where runs are kept when nobody says where: the place that the
// system has for data of programs which are not settings. It does not make the
// folder. On Windows it is the local one, which does not roam: journals and
// inputs are large, and of this machine.
func stateFolder(getenv func(string) string) (string, error) {
	if runtime.GOOS == "windows" {
		if local := getenv("LOCALAPPDATA"); local != "" {
			return filepath.Join(local, "entraphone"), nil
		}
		return "", errors.New("no place to keep runs: LOCALAPPDATA is not set; give --state DIR")
	}
	// https://specifications.freedesktop.org/basedir-spec/latest/
	if state := getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "entraphone"), nil
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "entraphone"), nil
	}
	return "", errors.New("no place to keep runs: HOME is not set, as in some cron and service environments; give --state DIR")
}

func stateFolderInWords() string {
	if runtime.GOOS == "windows" {
		return `%LOCALAPPDATA%\entraphone`
	}
	return "$XDG_STATE_HOME/entraphone or ~/.local/state/entraphone"
}

// runFolder is the folder of one run. Only its owner may look into it. Its name
// is the name of the run, by which people and journals know it.
type runFolder struct{ path string }

// newRunFolder makes the folder of a run that begins now. Its name ends with the share
// of the users, and the kind of one that changes no tenant. Two runs that begin in one second get two folders.
func newRunFolder(state, input, end string, now time.Time) (*runFolder, error) {
	runs := filepath.Join(state, "runs")
	if err := os.MkdirAll(runs, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for runs: %w", err)
	}
	path, err := makeRunFolder(runs, runName(input, now)+end)
	return &runFolder{path}, err
}

// makeRunFolder adds a number where a run of this name stands already.
func makeRunFolder(runs, name string) (string, error) {
	for n := 1; ; n++ {
		path := filepath.Join(runs, name)
		if n > 1 {
			path += fmt.Sprintf("-%d", n)
		}
		err := os.Mkdir(path, 0o700)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("making the run's folder: %w", err)
		}
	}
}

// summaryFile is the name of the summary for programs.
const summaryFile = "summary.json"

// runName is a name that sorts by time and can be a folder on every system.
func runName(input string, now time.Time) string {
	base := filepath.Base(input)
	if input == "-" {
		base = "stdin"
	}
	return now.UTC().Format("20060102T150405Z") + "-" + fileName(strings.TrimSuffix(base, filepath.Ext(base)))
}

// fileName is a text as it can be in the name of a file on every system.
func fileName(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, text)
	return text[:min(len(text), 60)]
}

// file is the path of a file of the run.
func (f *runFolder) file(name string) string { return filepath.Join(f.path, name) }

// packedEnd is behind the name of results that are packed.
const packedEnd = ".gz"

// packFrom is the size from which a file is worth being packed.
const packFrom = 256 << 10

// pack makes the folder of a run that is over small: its journal, and, where nobody has
// to look at anything, its results as well. A job of every night leaves little so.
func (f *runFolder) pack(results bool) error {
	large := func(name string) bool {
		info, err := os.Stat(f.file(name))
		return err == nil && info.Size() >= packFrom
	}
	if large(journalFile) {
		if err := journal.Pack(f.file(journalFile)); err != nil {
			return err
		}
	}
	const name = resultsFile
	if !results || !large(name) {
		return nil
	}
	plain, err := os.OpenInRoot(f.path, name)
	if err != nil {
		return fmt.Errorf("packing the results: %w", err)
	}
	err = report.Publish(f.file(name+packedEnd), func(w io.Writer) error {
		packed := gzip.NewWriter(w)
		_, err := io.Copy(packed, plain)
		return errors.Join(err, packed.Close())
	})
	if err = errors.Join(err, plain.Close()); err == nil {
		err = os.Remove(f.file(name))
	}
	if err != nil {
		return fmt.Errorf("packing the results: %w", err)
	}
	return nil
}

func (f *runFolder) name() string { return filepath.Base(f.path) }
