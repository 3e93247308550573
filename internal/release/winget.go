package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"text/template"
)

// identifier is the name by which winget knows the program.
const identifier = "Entraphone.Entraphone"

// wingetTexts are the three files of a manifest, by the ends of their names. Its
// schemas: https://github.com/microsoft/winget-cli/tree/master/schemas/JSON/manifests
var wingetTexts = map[string]string{
	".yaml": `PackageIdentifier: {{.Identifier}}
PackageVersion: {{.Version}}
DefaultLocale: en-US
ManifestType: version
ManifestVersion: 1.10.0
`,
	".installer.yaml": `PackageIdentifier: {{.Identifier}}
PackageVersion: {{.Version}}
InstallerType: zip
NestedInstallerType: portable
ReleaseDate: {{.Date}}
Installers:
{{- range .Installers}}
  - Architecture: {{.Architecture}}
    InstallerUrl: {{.URL}}
    InstallerSha256: {{.SHA256}}
    NestedInstallerFiles:
      - RelativeFilePath: {{.Program}}
        PortableCommandAlias: entraphone
{{- end}}
ManifestType: installer
ManifestVersion: 1.10.0
`,
	".locale.en-US.yaml": `PackageIdentifier: {{.Identifier}}
PackageVersion: {{.Version}}
PackageLocale: en-US
Publisher: {{.Publisher}}
PackageName: entraphone
License: {{.License}}
ShortDescription: {{.Description}}
ManifestType: defaultLocale
ManifestVersion: 1.10.0
`,
}

// wingetInstaller is the archive of one processor.
type wingetInstaller struct{ Architecture, URL, SHA256, Program string }

// winget adds the manifest of the archives for Windows. It does not ask whether they
// are at the address.
func (c commit) winget(files map[string][]byte, programs []program, url string) error {
	var installers []wingetInstaller
	for _, p := range programs {
		if p.os != "windows" {
			continue
		}
		name := map[string]string{"amd64": "x64", "arm64": "arm64"}[p.arch]
		archive := c.archive(p.platform)
		installers = append(installers, wingetInstaller{name, strings.TrimSuffix(url, "/") + "/" + archive, fmt.Sprintf("%X", sha256.Sum256(files[archive])), c.base(p.platform) + `\` + p.name()})
	}
	if url == placeholder {
		fmt.Fprintln(os.Stderr, "release: winget's InstallerUrl is a placeholder: make release URL=https://...")
	}
	values := map[string]any{
		"Identifier": identifier, "Version": c.version, "Date": c.date.Format("2006-01-02"), "Installers": installers,
		"Publisher": publisher, "License": license, "Description": description,
	}
	for end, text := range wingetTexts {
		var out bytes.Buffer
		if err := template.Must(template.New(end).Parse(text)).Execute(&out, values); err != nil {
			return fmt.Errorf("writing winget's manifest: %w", err)
		}
		files["winget/"+identifier+end] = out.Bytes()
	}
	return nil
}
