package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// file is a file of an archive or of a package.
type file struct {
	name    string // below the folder of the archive, with slashes
	mode    fs.FileMode
	content []byte
}

// shells are those that completions are made for, and what their files are called.
var shells = []struct{ shell, file string }{
	{"bash", "entraphone.bash"}, {"zsh", "_entraphone"}, {"fish", "entraphone.fish"}, {"powershell", "entraphone.ps1"},
}

// pack makes all files of a release from the programs; own is the one that runs here.
func (c commit) pack(ctx context.Context, source, own string, programs []program, out, url string) error {
	if entries, err := os.ReadDir(out); len(entries) > 0 {
		return fmt.Errorf("%s is not empty", out)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	shared, err := c.shared(ctx, source, own)
	if err != nil {
		return err
	}
	files := map[string][]byte{} // by their names below out
	for _, p := range programs {
		content, err := os.ReadFile(p.path)
		if err != nil {
			return err
		}
		all := append([]file{{p.name(), 0o755, content}}, shared...)
		if err := c.packProgram(files, p, all); err != nil {
			return fmt.Errorf("packing for %s: %w", p, err)
		}
	}
	if err := c.winget(files, programs, url); err != nil {
		return err
	}
	return write(out, files)
}

// packProgram adds the files of one platform.
func (c commit) packProgram(files map[string][]byte, p program, all []file) (err error) {
	if files[c.base(p.platform)+".cdx.json"], err = c.sbom(p); err != nil {
		return err
	}
	if p.os == "windows" {
		files[c.archive(p.platform)], err = c.zip(c.base(p.platform), all)
		return err
	}
	if files[c.archive(p.platform)], err = c.tarball(c.base(p.platform), all); err != nil || p.os != "linux" {
		return err
	}
	for _, format := range packageFormats {
		if files[c.base(p.platform)+"."+format.name], err = c.systemPackage(format, p.arch, all); err != nil {
			return err
		}
	}
	return nil
}

// base is how the names of the files of a platform begin, and the folder within its
// archive.
func (c commit) base(p platform) string { return "entraphone_" + c.version + "_" + p.String() }

// archive is the name of a platform's archive.
func (c commit) archive(p platform) string {
	if p.os == "windows" {
		return c.base(p) + ".zip"
	}
	return c.base(p) + ".tar.gz"
}

// shared are the files that are the same on all platforms.
func (c commit) shared(ctx context.Context, source, own string) ([]file, error) {
	readme, err := os.ReadFile(filepath.Join(source, "README.md"))
	if err != nil {
		return nil, err
	}
	files := []file{{"README.md", 0o644, readme}}
	for _, s := range shells {
		script, err := output(ctx, source, own, "completion", s.shell)
		if err != nil {
			return nil, err
		}
		files = append(files, file{"completions/" + s.file, 0o644, script})
	}
	pages, err := c.manPages(ctx, source, own)
	return append(files, pages...), err
}

func (c commit) tarball(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		header := &tar.Header{Name: folder + "/" + f.name, Mode: int64(f.mode), Size: int64(len(f.content)), ModTime: c.date, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.content); err != nil {
			return nil, err
		}
	}
	err = errors.Join(archive.Close(), compressed.Close())
	return out.Bytes(), err
}

func (c commit) zip(folder string, files []file) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, f := range files {
		header := &zip.FileHeader{Name: folder + "/" + f.name, Method: zip.Deflate, Modified: c.date}
		header.SetMode(f.mode)
		w, err := archive.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return out.Bytes(), err
}

// write writes the files, and SHA256SUMS of all of them as sha256sum -c reads it.
func write(out string, files map[string][]byte) error {
	var sums bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	files["SHA256SUMS"] = sums.Bytes()
	for name, content := range files {
		path := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("%d files in %s\n", len(files), out)
	return nil
}
