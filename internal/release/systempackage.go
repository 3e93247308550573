package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

// packageFormat is a kind of package, and where its systems look for what zsh
// completes; for all else they agree.
type packageFormat struct {
	name     string
	packager nfpm.Packager
	zsh      string
}

var packageFormats = []packageFormat{
	{"deb", deb.Default, "/usr/share/zsh/vendor-completions"},
	{"rpm", rpm.DefaultRPM, "/usr/share/zsh/site-functions"},
}

// What package managers show beside the name.
const (
	publisher   = "The entraphone project"
	license     = "Proprietary" // there is no licence in the repository
	description = "Imports users' authentication phones into Microsoft Entra ID from CSV files"
)

// installed is where a package puts a file of the archive, or "" for nowhere.
func (f packageFormat) installed(name string) string {
	switch base := path.Base(name); {
	case name == "entraphone":
		return "/usr/bin/entraphone"
	case name == "README.md":
		return "/usr/share/doc/entraphone/README.md"
	case strings.HasPrefix(name, "man/"):
		return "/usr/share/" + name + ".gz"
	case strings.HasSuffix(base, ".bash"):
		return "/usr/share/bash-completion/completions/entraphone"
	case strings.HasSuffix(base, ".fish"):
		return "/usr/share/fish/vendor_completions.d/" + base
	case base == "_entraphone":
		return f.zsh + "/" + base
	}
	return ""
}

// systemPackage is the package of a format for a processor. It depends on nothing: the
// program is static.
func (c commit) systemPackage(format packageFormat, arch string, all []file) ([]byte, error) {
	stage, err := os.MkdirTemp("", "release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(stage)
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: "entraphone", Version: c.version, Arch: arch, Platform: "linux",
		Section: "admin", Priority: "optional", License: license,
		Maintainer: publisher + " <entraphone@localhost>", Description: description,
		MTime: c.date, DisableGlobbing: true,
	})
	info.RPM.BuildHost = "localhost" // and not the name of this machine
	for _, f := range all {
		to := format.installed(f.name)
		if to == "" {
			continue
		}
		if strings.HasSuffix(to, ".gz") {
			if f.content, err = zipped(f.content); err != nil {
				return nil, err
			}
		}
		from := filepath.Join(stage, path.Base(f.name))
		if err := os.WriteFile(from, f.content, 0o600); err != nil {
			return nil, err
		}
		info.Contents = append(info.Contents, &files.Content{Source: from, Destination: to, FileInfo: &files.ContentFileInfo{Mode: f.mode, MTime: c.date}})
	}
	var out bytes.Buffer
	err = format.packager.Package(info, &out)
	return out.Bytes(), err
}

func zipped(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
