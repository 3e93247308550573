package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// SecretSize is the length of the secret, in bytes.
const SecretSize = 32

// Secret reads the secret of a folder of runs, which must exist, from its file
// "secret", and makes it where there is none: 32 random bytes that only their owner
// can read. Processes that make it at the same time all get the same. The keys of
// ledgers are derived from it. If it is lost, so are the ledgers that were made with
// it. A file that others can read, or of another size, is an error with the command
// that mends it; on Windows, who can read it is the matter of the folder.
func Secret(folder string) ([]byte, error) {
	path := filepath.Join(folder, "secret")
	secret, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeSecret(folder, path); err == nil {
			secret, err = readSecret(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the secret of the folder of runs: %w", err)
	}
	return secret, nil
}

func readSecret(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("others can read or write %[1]s: if nobody did, chmod 600 %[1]q; otherwise rm %[1]q, and the next run makes another one", path)
	}
	if info.Size() != SecretSize {
		remove := "rm"
		if runtime.GOOS == "windows" {
			remove = "del"
		}
		return nil, fmt.Errorf("%s has %d bytes, want %d: %s %q, and the next run makes another one", path, info.Size(), SecretSize, remove, path)
	}
	secret := make([]byte, SecretSize)
	_, err = io.ReadFull(file, secret)
	return secret, err
}

// makeSecret makes the file whole or not at all. It links it to its name instead of
// renaming it, because a link does not replace what another process has made since.
func makeSecret(folder, path string) error {
	file, err := os.CreateTemp(folder, "secret-*.new") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	secret := make([]byte, SecretSize)
	_, _ = rand.Read(secret) // never fails
	_, err = file.Write(secret)
	// On disk before it has its name: after a power cut the secret is the same or
	// there is none, but never half of one.
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err = os.Link(file.Name(), path); errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
