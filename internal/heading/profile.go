package heading

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Profile says how the files of one kind are read, so that nothing has to be
// found out and nothing can be ambiguous: for jobs that run by themselves. It
// is binding: no other column is read as one that it names.
type Profile struct {
	// Name is how messages call the profile: its path, or the name of one that
	// comes with the program.
	Name string `yaml:"-"`
	// Description tells which files are meant.
	Description string `yaml:"description,omitempty"`
	// Columns are headings by the name of their [Key], of which the first
	// that the file has is used. The user, the phone type and parts of
	// numbers must be there, and of the phones at least one; phones that are
	// not named are left out.
	Columns map[string]Texts `yaml:"columns,omitempty"`
	// PartsOf is the phone that areaCode and dialCode belong to: mobile,
	// alternateMobile or office. It is needed where there are several.
	PartsOf string `yaml:"partsOf,omitempty"`
	// CountryCodes tells what numbers in the country column are: "iso" for those
	// of ISO 3166 or "dial" for dialling codes; else they are found out.
	CountryCodes string `yaml:"countryCodes,omitempty"`
	// Where, Encoding, Sheet, DefaultCountry, UserKey and UserDomain are those of the
	// options with these names.
	Where          Texts  `yaml:"where,omitempty"`
	Encoding       string `yaml:"encoding,omitempty"`
	Sheet          string `yaml:"sheet,omitempty"`
	DefaultCountry string `yaml:"defaultCountry,omitempty"`
	UserKey        string `yaml:"userKey,omitempty"`
	UserDomain     string `yaml:"userDomain,omitempty"`
	// KeepColumns are headings of columns that are not read, and whose cells are
	// copied when lines are handed back. A file need not have them.
	KeepColumns Texts `yaml:"keepColumns,omitempty"`
}

// Texts are written as one text or as a list. A list of one is written as one text.
type Texts []string

// UnmarshalYAML reads either form.
func (t *Texts) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode && node.Tag != "!!null" {
		*t = Texts{node.Value}
		return nil
	}
	return node.Decode((*[]string)(t))
}

// MarshalYAML writes one text as such.
func (t Texts) MarshalYAML() (any, error) {
	if len(t) == 1 {
		return t[0], nil
	}
	return []string(t), nil
}

//go:embed profiles/*.yaml
var profiles embed.FS

// ProfileNames are the profiles that come with the program, sorted.
func ProfileNames() (names []string) {
	files, err := profiles.ReadDir("profiles")
	if err != nil {
		panic(fmt.Sprintf("heading: the embedded profiles: %v", err)) // unreachable unless bug
	}
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file.Name(), ".yaml"))
	}
	return names
}

// NamedProfile is one of the profiles that come with the program, whatever the
// case of its name. It is false for a name that there is not.
func NamedProfile(name string) (Profile, bool) {
	name = strings.ToLower(name)
	text, err := profiles.ReadFile("profiles/" + name + ".yaml")
	if err != nil {
		return Profile{}, false
	}
	p, err := ReadProfile(bytes.NewReader(text))
	if err != nil {
		panic(fmt.Sprintf("heading: the embedded profile %s: %v", name, err)) // unreachable unless bug
	}
	p.Name = name
	return p, true
}

// ReadProfile reads a profile in YAML. Errors name the line, or the key. Keys that
// it does not know are errors: a misspelt one would be a setting that nobody obeys.
func ReadProfile(r io.Reader) (Profile, error) {
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("it is larger than %d bytes", most)
	}
	var p Profile
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err == nil {
		err = plainYAML(decoder.Decode(&p))
	}
	if err == nil && !errors.Is(decoder.Decode(&yaml.Node{}), io.EOF) {
		err = errors.New("a second document follows (---), which would be ignored; write all keys into one")
	}
	if err = cmp.Or(err, p.check()); err != nil {
		return Profile{}, fmt.Errorf("reading profile: %w", err)
	}
	return p, nil
}

// check finds what is wrong with a profile whatever the file. Its options and
// conditions are checked where they are used.
func (p Profile) check() error {
	for _, name := range slices.Sorted(maps.Keys(p.Columns)) {
		if _, known := ParseKey(name); !known {
			return fmt.Errorf("columns.%s is not a meaning of a column: use one of %s", name, strings.Join(keyNames[:], ", "))
		}
		headings := p.Columns[name]
		if len(headings) == 0 || slices.ContainsFunc(headings, func(h string) bool { return strings.TrimSpace(h) == "" }) {
			return fmt.Errorf("columns.%s names no heading: write one, or leave the key out", name)
		}
	}
	if whose, known := ParseKey(p.PartsOf); p.PartsOf != "" && (!known || whose.PhoneType() == "") {
		return fmt.Errorf("partsOf: %q is not a phone: use mobile, alternateMobile or office", p.PartsOf)
	}
	if !slices.Contains([]Codes{"", CodesISO, CodesDial}, Codes(p.CountryCodes)) {
		return fmt.Errorf("countryCodes: %q: write %s for numbers of ISO 3166, or %s for dialling codes", p.CountryCodes, CodesISO, CodesDial)
	}
	if _, known := ParseUserKey(p.UserKey); !known {
		return fmt.Errorf("userKey: %q: use one of %s", p.UserKey, strings.Join(UserKeys(), ", "))
	}
	p.Name, p.Description = "", ""
	if text, err := yaml.Marshal(p); err == nil && string(text) == "{}\n" {
		return errors.New("it says nothing; name columns, as in columns: {user: UPN, mobile: Work Mobile}")
	}
	return nil
}

// Title is how messages call the profile.
func (p Profile) Title() string {
	if p.Name == "" {
		return "the profile"
	}
	return "profile " + p.Name
}

// NamesPhones reports whether the profile names a column of phones, and thereby
// all that are meant.
func (p Profile) NamesPhones() bool {
	return slices.ContainsFunc(phoneKeys, func(k Key) bool { return len(p.Columns[k.String()]) > 0 })
}

// What messages of the YAML decoder look like, and its types in the words of a
// profile.
var (
	unknownKey = regexp.MustCompile(`field (\S+) not found in type \S+`)
	wrongType  = regexp.MustCompile("cannot unmarshal !!\\w+ (?:`.*` )?into (\\S+)")
	expected   = map[string]string{"string": "one text", "[]string": "a text or a list of texts"}
)

// plainYAML is the error of the decoder without the names of our types.
func plainYAML(err error) error {
	var wrong *yaml.TypeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case !errors.As(err, &wrong):
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	text := unknownKey.ReplaceAllString(wrong.Errors[0],
		"unknown key $1; known are description, columns, partsOf, countryCodes, where, encoding, defaultCountry, userKey, userDomain, keepColumns")
	if found := wrongType.FindStringSubmatch(text); found != nil {
		text = strings.Replace(text, found[0],
			"this cannot be read: "+cmp.Or(expected[found[1]], "keys with their values, as in columns: {user: UPN}")+" is expected", 1)
	}
	return errors.New(text)
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
