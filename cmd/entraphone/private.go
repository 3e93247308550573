package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// private makes sure that nobody else has a hand in the folder of runs: it holds
// whole numbers, and what stands in it is believed. A folder that is not there is
// made for its owner alone later. On Windows, who may write to it is the matter of
// the folder above.
func private(state string) error {
	for _, folder := range []string{state, filepath.Join(state, "runs")} {
		if err := privateFolder(folder); err != nil {
			return err
		}
	}
	return nil
}

// privateFolder refuses a folder that belongs to somebody else or that others can
// write to, and one with a link in it, which may lead anywhere. The folder itself may
// be reached by one.
func privateFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking at the folder for runs: %w", err)
	case !info.IsDir():
		return fmt.Errorf("making the folder for runs: %s is not a folder", fileNamed(path))
	}
	if uid, known := ownerOf(info); known && uid != os.Geteuid() {
		return usagef("keeping runs in %s: it belongs to another user: chown -R %d %s, or keep them elsewhere with --state", fileNamed(path), os.Geteuid(), quoted(path))
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return usagef("keeping runs in %s: other users can write to it: chmod go-w %s, or keep them elsewhere with --state", fileNamed(path), quoted(path))
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("looking at the folder for runs: %w", err)
	}
	for _, entry := range entries {
		// The one to the latest run is ours, for others: it is never followed here.
		if entry.Type()&fs.ModeSymlink != 0 && entry.Name() != latest {
			link := filepath.Join(path, entry.Name())
			return usagef("keeping runs in %s: %s is a symbolic link, and nothing is read or written through one: rm %s", fileNamed(path), fileNamed(entry.Name()), quoted(link))
		}
	}
	return nil
}

// openToOthers reports whether more than its owner can read a file. One that belongs to
// somebody else is read by its group or by a list of access, as systemd's LoadCredential
// and Kubernetes' secrets are: only that everybody can read it is worth telling then.
func openToOthers(info fs.FileInfo) bool {
	uid, known := ownerOf(info)
	switch {
	case runtime.GOOS == "windows":
		return false
	case known && uid != os.Geteuid():
		return info.Mode().Perm()&0o007 != 0
	}
	return info.Mode().Perm()&0o077 != 0
}
