package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/blakesmith/ar"
	"github.com/sassoftware/go-rpmutils"
	"go.yaml.in/yaml/v3"
)

// made is the commit of releases that are packed from other programs, to be quick.
var made = commit{hash: strings.Repeat("0123456789", 4), date: time.Date(2026, 11, 27, 2, 15, 0, 0, time.UTC), version: "1.2.3"}

var testedPlatforms = []platform{{"linux", "amd64"}, {"windows", "arm64"}}

// packed is a release of programs that do nothing, with the completions and the man
// pages of the real one.
type packed struct {
	own   string
	files map[string][]byte
}

// pack packs the programs of the tested platforms twice, in two folders.
func pack(t *testing.T) packed {
	t.Helper()
	folder := t.TempDir()
	own := filepath.Join(folder, testedPlatforms[0].name())
	goBuild(t, "../..", "-race", "-ldflags", made.stamp(), "-o", own, "./cmd/entraphone") // as make test has compiled it
	for name, text := range map[string]string{"go.mod": "module entraphone\n", "main.go": "package main\n\nfunc main() {}\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var releases []map[string][]byte
	for _, name := range []string{"one", "two"} {
		var programs []program
		for _, p := range testedPlatforms {
			path := filepath.Join(folder, name, p.String(), p.name())
			goBuild(t, folder, "-o", path, ".")
			programs = append(programs, program{p, path})
		}
		out := filepath.Join(folder, "out-"+name)
		if err := made.pack(t.Context(), "../..", own, programs, out, "https://downloads.example.com/1.2.3/"); err != nil {
			t.Fatal(err)
		}
		releases = append(releases, readAll(t, out))
	}
	sameFiles(t, releases[0], releases[1])
	return packed{own, releases[0]}
}

func goBuild(t *testing.T, folder string, args ...string) {
	t.Helper()
	command := exec.Command("go", append([]string{"build", "-buildvcs=false"}, args...)...)
	command.Dir = folder
	if printed, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, printed)
	}
}

func readAll(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func names(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }

func sameFiles(t *testing.T, one, two map[string][]byte) {
	t.Helper()
	if !slices.Equal(names(one), names(two)) {
		t.Fatalf("files %v and %v", names(one), names(two))
	}
	for name, content := range one {
		if !bytes.Equal(content, two[name]) {
			t.Errorf("%s is another one the second time", name)
		}
	}
}

// What is built again elsewhere, by a Go that has compiled nothing yet and in another
// time zone, is the same to the last byte. It takes minutes.
func TestSameCommitSameBytes(t *testing.T) {
	if os.Getenv("ENTRAPHONE_RELEASE") == "" {
		t.Skip("set ENTRAPHONE_RELEASE=1, as make release does")
	}
	platforms := testedPlatforms
	if here := (platform{runtime.GOOS, runtime.GOARCH}); !slices.Contains(platforms, here) {
		platforms = append([]platform{here}, platforms...)
	}
	var releases []map[string][]byte
	for _, zone := range []string{"UTC", "Asia/Kathmandu"} {
		out := filepath.Join(t.TempDir(), "out")
		t.Setenv("TZ", zone)
		t.Setenv("TMPDIR", t.TempDir())
		if err := release(t.Context(), "../..", out, placeholder, platforms); err != nil {
			t.Fatal(err)
		}
		releases = append(releases, readAll(t, out))
		t.Setenv("GOCACHE", t.TempDir())
	}
	sameFiles(t, releases[0], releases[1])
	for name, content := range releases[0] {
		switch {
		case strings.HasSuffix(name, "_linux_amd64.tar.gz"):
			testStaticProgram(t, untar(t, gunzip(t, content)))
		case strings.HasSuffix(name, "_windows_arm64.cdx.json"):
			for _, module := range []string{"pkg:golang/github.com/spf13/cobra@", "pkg:golang/std@"} {
				if !bytes.Contains(content, []byte(module)) {
					t.Errorf("%s does not name %s", name, module)
				}
			}
		}
	}
}

// maxProgram is how large the program for Linux on amd64 may be.
const maxProgram = 22_000_000

func testStaticProgram(t *testing.T, files map[string]*unpacked) {
	for name, f := range files {
		if !strings.HasSuffix(name, "/entraphone") {
			continue
		}
		if len(f.content) > maxProgram {
			t.Errorf("the program has %d bytes, want at most %d", len(f.content), maxProgram)
		}
		parsed, err := elf.NewFile(bytes.NewReader(f.content))
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(parsed.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) || parsed.Section(".symtab") != nil {
			t.Error("the program is not static, or not stripped")
		}
		return
	}
	t.Error("the archive has no program")
}

// unpacked is a file of an archive or a package.
type unpacked struct {
	mode    fs.FileMode
	time    time.Time
	content []byte
}

func gunzip(t *testing.T, content []byte) io.Reader {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if !r.ModTime.IsZero() || r.Name != "" {
		t.Errorf("gzip tells the time %s and the name %q", r.ModTime, r.Name)
	}
	return r
}

func untar(t *testing.T, r io.Reader) map[string]*unpacked {
	t.Helper()
	files := map[string]*unpacked{}
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			files[header.Name] = &unpacked{header.FileInfo().Mode().Perm(), header.ModTime, content}
		}
	}
}

func unzip(t *testing.T, content []byte) map[string]*unpacked {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*unpacked{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = &unpacked{f.Mode().Perm(), f.Modified, text}
	}
	return files
}

// A release of two platforms: what there is, and what is in it.
func TestRelease(t *testing.T) {
	release := pack(t)
	want := []string{
		"SHA256SUMS",
		"entraphone_1.2.3_linux_amd64.cdx.json", "entraphone_1.2.3_linux_amd64.deb", "entraphone_1.2.3_linux_amd64.rpm", "entraphone_1.2.3_linux_amd64.tar.gz",
		"entraphone_1.2.3_windows_arm64.cdx.json", "entraphone_1.2.3_windows_arm64.zip",
		"winget/Entraphone.Entraphone.installer.yaml", "winget/Entraphone.Entraphone.locale.en-US.yaml", "winget/Entraphone.Entraphone.yaml",
	}
	if got := names(release.files); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	t.Run("checksums", release.testChecksums)
	t.Run("archives", release.testArchives)
	t.Run("deb", release.testDeb)
	t.Run("rpm", release.testRPM)
	t.Run("winget", release.testWinget)
	t.Run("sbom", release.testSBOM)
	t.Run("man pages", release.testManPages)
	t.Run("version", release.testVersion)
}

func (p packed) testChecksums(t *testing.T) {
	var sums string
	for _, name := range names(p.files) {
		if name != "SHA256SUMS" {
			sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(p.files[name]), name)
		}
	}
	if got := string(p.files["SHA256SUMS"]); got != sums {
		t.Errorf("SHA256SUMS\n%s\nwant\n%s", got, sums)
	}
}

func (p packed) testArchives(t *testing.T) {
	for base, files := range map[string]map[string]*unpacked{
		"entraphone_1.2.3_linux_amd64/":   untar(t, gunzip(t, p.files["entraphone_1.2.3_linux_amd64.tar.gz"])),
		"entraphone_1.2.3_windows_arm64/": unzip(t, p.files["entraphone_1.2.3_windows_arm64.zip"]),
	} {
		program := "entraphone"
		if strings.Contains(base, "windows") {
			program += ".exe"
		}
		for name, mode := range map[string]fs.FileMode{
			program: 0o755, "README.md": 0o644, "man/man1/entraphone.1": 0o644, "man/man1/entraphone-import.1": 0o644,
			"completions/entraphone.bash": 0o644, "completions/_entraphone": 0o644, "completions/entraphone.fish": 0o644, "completions/entraphone.ps1": 0o644,
		} {
			f := files[base+name]
			if f == nil || f.mode != mode || len(f.content) == 0 {
				t.Errorf("%s%s: %+v, want mode %s", base, name, f, mode)
			}
		}
		for name, f := range files {
			if !f.time.Equal(made.date) {
				t.Errorf("%s is of %s, want the commit's %s", name, f.time, made.date)
			}
		}
	}
}

// installedFiles are those of packages, but for the folder of zsh.
var installedFiles = []string{
	"/usr/bin/entraphone", "/usr/share/doc/entraphone/README.md", "/usr/share/man/man1/entraphone.1.gz", "/usr/share/man/man1/entraphone-import.1.gz",
	"/usr/share/bash-completion/completions/entraphone", "/usr/share/fish/vendor_completions.d/entraphone.fish",
}

func (p packed) testDeb(t *testing.T) {
	content := p.files["entraphone_1.2.3_linux_amd64.deb"]
	files := map[string]*unpacked{}
	for archive := ar.NewReader(bytes.NewReader(content)); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		member, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(header.Name, ".tar.gz") {
			for name, f := range untar(t, gunzip(t, member)) {
				files[name] = f
			}
		}
	}
	for _, name := range append(installedFiles, "/usr/share/zsh/vendor-completions/_entraphone") {
		if f := files["."+name]; f == nil || !f.time.Equal(made.date) || f.mode != 0o755 && f.mode != 0o644 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if control := string(files["./control"].content); !strings.Contains(control, "\nVersion: 1.2.3\n") || !strings.Contains(control, "\nArchitecture: amd64\n") {
		t.Errorf("control says\n%s", control)
	}
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		return
	}
	path := filepath.Join(t.TempDir(), "it.deb")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := exec.Command("dpkg-deb", "-I", path).CombinedOutput()
	if err != nil || !bytes.Contains(printed, []byte("Package: entraphone\n")) {
		t.Errorf("dpkg-deb -I: %v\n%s", err, printed)
	}
}

func (p packed) testRPM(t *testing.T) {
	rpm, err := rpmutils.ReadRpm(bytes.NewReader(p.files["entraphone_1.2.3_linux_amd64.rpm"]))
	if err != nil {
		t.Fatal(err)
	}
	nevra, err := rpm.Header.GetNEVRA()
	if err != nil || nevra.String() != "entraphone-0:1.2.3-1.x86_64.rpm" {
		t.Errorf("it is %s (%v)", nevra, err)
	}
	if host, err := rpm.Header.GetString(rpmutils.BUILDHOST); err != nil || host != "localhost" {
		t.Errorf("it was built on %q (%v), want nobody's name", host, err)
	}
	infos, err := rpm.Header.GetFiles()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	for _, info := range infos {
		files[info.Name()] = info.Mode() & 0o777
		if info.Mtime() != int(made.date.Unix()) {
			t.Errorf("%s is of %d, want the commit's time", info.Name(), info.Mtime())
		}
	}
	for _, name := range append(installedFiles, "/usr/share/zsh/site-functions/_entraphone") {
		if mode := files[name]; mode != 0o755 && mode != 0o644 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
}

func (p packed) testWinget(t *testing.T) {
	var installer struct {
		PackageIdentifier, PackageVersion, InstallerType, NestedInstallerType, ReleaseDate, ManifestType, ManifestVersion string
		Installers                                                                                                        []struct {
			Architecture, InstallerURL, InstallerSha256 string
			NestedInstallerFiles                        []struct{ RelativeFilePath, PortableCommandAlias string }
		}
	}
	decode(t, p.files["winget/Entraphone.Entraphone.installer.yaml"], &installer)
	archive := p.files["entraphone_1.2.3_windows_arm64.zip"]
	if len(installer.Installers) != 1 || installer.PackageVersion != "1.2.3" || !strings.HasPrefix(installer.ReleaseDate, "2026-11-27") {
		t.Fatalf("the manifest is %+v", installer)
	}
	one := installer.Installers[0]
	if want := fmt.Sprintf("%X", sha256.Sum256(archive)); one.InstallerSha256 != want || one.Architecture != "arm64" {
		t.Errorf("installer %+v, want the SHA-256 %s", one, want)
	}
	if want := "https://downloads.example.com/1.2.3/entraphone_1.2.3_windows_arm64.zip"; one.InstallerURL != want {
		t.Errorf("the archive is at %s, want %s", one.InstallerURL, want)
	}
	if inside := strings.ReplaceAll(one.NestedInstallerFiles[0].RelativeFilePath, `\`, "/"); unzip(t, archive)[inside] == nil {
		t.Errorf("the archive has no %s", inside)
	}
	for name, keys := range map[string][]string{ // those that the schemas require
		".yaml":              {"PackageIdentifier", "PackageVersion", "DefaultLocale", "ManifestType", "ManifestVersion"},
		".installer.yaml":    {"PackageIdentifier", "PackageVersion", "Installers", "ManifestType", "ManifestVersion"},
		".locale.en-US.yaml": {"PackageIdentifier", "PackageVersion", "PackageLocale", "Publisher", "PackageName", "License", "ShortDescription", "ManifestType", "ManifestVersion"},
	} {
		manifest := map[string]any{}
		decode(t, p.files["winget/Entraphone.Entraphone"+name], &manifest)
		for _, key := range keys {
			if manifest[key] == nil {
				t.Errorf("%s lacks %s", name, key)
			}
		}
	}
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	var loose map[string]any
	if err := yaml.Unmarshal(text, &loose); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(loose) // whose names of fields do not tell upper from lower case
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, into); err != nil {
		t.Fatal(err)
	}
}

func (p packed) testSBOM(t *testing.T) {
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(p.files["entraphone_1.2.3_linux_amd64.cdx.json"]), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if bom.SerialNumber != "" || bom.Metadata.Timestamp != "2026-11-27T02:15:00Z" {
		t.Errorf("serial number %q and time %q, want none and the commit's", bom.SerialNumber, bom.Metadata.Timestamp)
	}
	if c := bom.Metadata.Component; c.Name != "entraphone" || c.Version != "v1.2.3" {
		t.Errorf("it is of %s %s", c.Name, c.Version)
	}
	if !slices.ContainsFunc(*bom.Components, func(c cyclonedx.Component) bool { return c.Name == "std" }) {
		t.Error("it does not name Go's own library")
	}
}

// Every command has a page, on which its flags stand as in its help, and nothing is
// taken for a request of man(7).
func (p packed) testManPages(t *testing.T) {
	archive := untar(t, gunzip(t, p.files["entraphone_1.2.3_linux_amd64.tar.gz"]))
	page := func(name string) string {
		f := archive["entraphone_1.2.3_linux_amd64/man/man1/"+name+".1"]
		if f == nil {
			t.Fatalf("there is no page %s(1)", name)
		}
		for line := range strings.Lines(string(f.content)) {
			if strings.HasPrefix(line, ".") && !regexp.MustCompile(`^\.(TH|SH|SS|PP|RS|RE|nf|fi|TP|B)( "[^"]*")*\n$`).MatchString(line) {
				t.Errorf("%s(1) has the request %q", name, line)
			}
		}
		return unescape(string(f.content))
	}
	commands := regexp.MustCompile(`(?m)^  ([a-z]+) +[A-Z]`).FindAllStringSubmatch(p.prints(t, "--help"), -1)
	if len(commands) < 10 {
		t.Fatalf("the help lists the commands %v", commands)
	}
	for _, command := range commands {
		if command[1] == "completion" || command[1] == "help" {
			continue
		}
		text := page("entraphone-" + command[1])
		if !strings.Contains(page("entraphone"), "entraphone-"+command[1]+"(1)") {
			t.Errorf("entraphone(1) does not lead to entraphone-%s(1)", command[1])
		}
		for _, flag := range regexp.MustCompile(`(?m)^ +(-.*?)  +\S`).FindAllStringSubmatch(p.prints(t, command[1], "--help"), -1) {
			if !strings.Contains(text, "\n.TP\n.B \""+strings.ReplaceAll(flag[1], `"`, `\(dq`)+"\"\n") {
				t.Errorf("entraphone-%s(1) does not list %s", command[1], flag[1])
			}
		}
		for _, heading := range []string{"NAME", "SYNOPSIS", "DESCRIPTION"} {
			if !strings.Contains(text, "\n.SH \""+heading+"\"\n") {
				t.Errorf("entraphone-%s(1) has no %s", command[1], heading)
			}
		}
	}
	manual := page("entraphone")
	for _, text := range []string{".SH \"EXIT CODES\"\n", "entraphone rollback RUN", ".SH \"THE TENANT\"\n"} {
		if !strings.Contains(manual, text) {
			t.Errorf("entraphone(1) does not say %q", text)
		}
	}
}

// unescape takes the escapes back that keep signs as they are.
func unescape(text string) string {
	return strings.NewReplacer(`\-`, "-", `\(aq`, "'", `\&`, "", `\e`, `\`, `\(ga`, "`", `\(ti`, "~", `\(ha`, "^").Replace(text)
}

func (p packed) prints(t *testing.T, args ...string) string {
	t.Helper()
	printed, err := exec.Command(p.own, args...).Output()
	if err != nil {
		t.Fatalf("entraphone %v: %v", args, err)
	}
	return string(printed)
}

func (p packed) testVersion(t *testing.T) {
	want := fmt.Sprintf("version   v1.2.3\ncommit    %s\ndate      2026-11-27T02:15:00Z\ngo        %s\nplatform  %s/%s\n", made.hash, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if got := p.prints(t, "version"); got != want {
		t.Errorf("entraphone version prints\n%s\nwant\n%s", got, want)
	}
	if got := p.prints(t, "--version"); got != "entraphone version v1.2.3\n" {
		t.Errorf("entraphone --version prints %q", got)
	}
}

// A release is of the commit: by its tag or its time, and without what stands beside it.
func TestCommit(t *testing.T) {
	root := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		command := exec.Command("git", append([]string{"-C", root, "-c", "user.name=Mia", "-c", "user.email=mia@example.com"}, args...)...)
		command.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2026-11-27T02:15:00Z")
		if printed, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, printed)
		}
	}
	git("init", "--quiet")
	if err := os.WriteFile(filepath.Join(root, "committed"), []byte("yes"), 0o600); err != nil {
		t.Fatal(err)
	}
	git("add", ".")
	git("commit", "--quiet", "-m", "first")
	if err := os.WriteFile(filepath.Join(root, "beside"), []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := readCommit(t.Context(), root)
	if want := "0.0.0-20261127021500-" + c.hash[:12]; err != nil || c.version != want || !c.date.Equal(made.date) {
		t.Errorf("it is %+v (%v), want version %s", c, err, want)
	}
	git("tag", "v1.9.0")
	git("tag", "v1.10.0")
	git("tag", "very-good")
	if c, err := readCommit(t.Context(), root); err != nil || c.version != "1.10.0" {
		t.Errorf("it is %+v (%v), want the highest of its tags", c, err)
	}
	out := filepath.Join(t.TempDir(), "source")
	if err := c.export(t.Context(), root, out); err != nil {
		t.Fatal(err)
	}
	if files := readAll(t, out); len(files) != 1 || string(files["committed"]) != "yes" {
		t.Errorf("its files are %v", files)
	}
}

// What stands in the way is not mixed with a release.
func TestOutputIsEmpty(t *testing.T) {
	out := t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := made.pack(t.Context(), "../..", "", nil, out, placeholder); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("the error is %v", err)
	}
}
