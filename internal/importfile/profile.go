package importfile

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Profile says how the files of one kind are read, so that nothing has to be
// found out and nothing can be ambiguous: for jobs that run by themselves.
type Profile struct {
	// Description says which files are meant.
	Description string `yaml:"description,omitempty"`
	// Columns are headings for the meanings of Options.Map. Of several, the
	// first that the file has is taken; without any, the usual ones are.
	Columns map[string]Headings `yaml:"columns,omitempty"`
	// Where, Encoding, DefaultCountry and UserDomain are those of Options.
	Where          []string `yaml:"where,omitempty"`
	Encoding       string   `yaml:"encoding,omitempty"`
	DefaultCountry string   `yaml:"defaultCountry,omitempty"`
	UserDomain     string   `yaml:"userDomain,omitempty"`
}

// Headings are written as one text or as a list.
type Headings []string

// UnmarshalYAML reads either form.
func (h *Headings) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*h = Headings{node.Value}
		return nil
	}
	return node.Decode((*[]string)(h))
}

// MarshalYAML writes one heading as a text.
func (h Headings) MarshalYAML() (any, error) {
	if len(h) == 1 {
		return h[0], nil
	}
	return []string(h), nil
}

//go:embed profiles/*.yaml
var profiles embed.FS

// ProfileNames are the profiles that come with the program, sorted.
func ProfileNames() []string {
	entries, err := profiles.ReadDir("profiles")
	if err != nil {
		panic(fmt.Sprintf("importfile: the embedded profiles: %v", err)) // unreachable unless bug
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".yaml"))
	}
	return names
}

// NamedProfile is one of the profiles that come with the program. It is false
// for a name that there is not.
func NamedProfile(name string) (Profile, bool) {
	if !slices.Contains(ProfileNames(), name) {
		return Profile{}, false
	}
	file, err := profiles.Open(path.Join("profiles", name+".yaml"))
	if err != nil {
		return Profile{}, false
	}
	defer file.Close()
	p, err := ReadProfile(file)
	if err != nil {
		panic(fmt.Sprintf("importfile: the embedded profile %s: %v", name, err)) // unreachable unless bug
	}
	return p, true
}

var unknownKey = regexp.MustCompile(`field (\S+) not found in type \S+`)

// ReadProfile reads a profile in YAML. Errors name the line.
func ReadProfile(r io.Reader) (Profile, error) {
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return Profile{}, fmt.Errorf("reading profile: %w", err)
	}
	if len(text) > most {
		return Profile{}, fmt.Errorf("reading profile: it is larger than %d bytes", most)
	}
	var p Profile
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("reading profile: %w", plainYAML(err))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Columns)) {
		if _, known := parseKey(name); !known {
			return Profile{}, fmt.Errorf("reading profile: columns.%s is no meaning of a column: use one of %s", name, strings.Join(Keys(), ", "))
		}
	}
	return p, nil
}

// plainYAML says what the decoder says without the names of our types.
func plainYAML(err error) error {
	var wrong *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case !errors.As(err, &wrong):
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	return errors.New(unknownKey.ReplaceAllString(wrong.Errors[0], "unknown key $1; known are description, columns, where, encoding, defaultCountry, userDomain"))
}

// Keys are the meanings that a column can have.
func Keys() []string {
	var names []string
	for k := range numKeys {
		names = append(names, k.String())
	}
	return names
}

// Profile is how this file was read, for files of its kind.
func (r Reading) Profile(opts Options) Profile {
	p := Profile{
		Description: "read as " + r.Name + " was", Columns: map[string]Headings{}, Where: opts.Where,
		Encoding: opts.Encoding, DefaultCountry: r.DefaultCountry, UserDomain: opts.UserDomain,
	}
	for _, c := range r.Columns {
		p.Columns[c.Key] = Headings{c.Heading}
	}
	if p.Encoding == "" && r.Encoding == windows1252 {
		p.Encoding = windows1252
	}
	return p
}

// Write writes the profile as ReadProfile reads it.
func (p Profile) Write(w io.Writer) error {
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(p); err != nil {
		return err
	}
	return encoder.Close()
}

// Template is a file to start from: a heading, and an example that is skipped
// when the file is read. Without columns it is the long form.
func (p Profile) Template() string {
	example := map[key]string{
		keyUser: "Example: mia@example.com", keyPhoneType: "mobile", keyPhoneNumber: "+33 6 39 98 00 12",
		keyMobile: "+33 6 39 98 00 12", keyAlternateMobile: "+33 6 39 98 00 13", keyOffice: "+33 1 99 00 12 34", keyCountry: "FR",
	}
	var headings, cells []string
	for k := range numKeys {
		if named := p.Columns[k.String()]; len(named) > 0 {
			headings, cells = append(headings, templateCell(named[0])), append(cells, templateCell(example[k]))
		}
	}
	if len(headings) == 0 {
		return "userPrincipalName,phoneType,phoneNumber,country\n" + example[keyUser] + ",mobile," + example[keyPhoneNumber] + ",FR\n"
	}
	for _, condition := range p.Where {
		heading, value, _ := strings.Cut(condition, "=")
		heading, not := strings.CutSuffix(heading, "!")
		if not {
			value = ""
		}
		headings, cells = append(headings, templateCell(strings.TrimSpace(heading))), append(cells, templateCell(value))
	}
	return strings.Join(headings, ",") + "\n" + strings.Join(cells, ",") + "\n"
}

func templateCell(text string) string {
	if strings.ContainsAny(text, ",\"\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
