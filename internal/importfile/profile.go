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
// found out and nothing can be ambiguous: for jobs that run by themselves. It
// is binding: no other column is taken for one that it names.
type Profile struct {
	// Name is how messages call the profile: its path, or the name of one that
	// comes with the program.
	Name string `yaml:"-"`
	// Description says which files are meant.
	Description string `yaml:"description,omitempty"`
	// Columns are headings for the meanings of Options.Map, of which the first
	// that the file has is taken. The user, the phone type and parts of
	// numbers must be there, and of the phones at least one; phones that are
	// not named are not taken.
	Columns map[string]Texts `yaml:"columns,omitempty"`
	// PartsOf is the phone that areaCode and dialCode belong to: mobile,
	// alternateMobile or office. It is needed where there are several.
	PartsOf string `yaml:"partsOf,omitempty"`
	// CountryCodes says what numbers in the country column are: "iso" for those
	// of ISO 3166 or "dial" for dialling codes; else they are found out.
	CountryCodes string `yaml:"countryCodes,omitempty"`
	// Where, Encoding, DefaultCountry and UserDomain are those of Options.
	Where          Texts  `yaml:"where,omitempty"`
	Encoding       string `yaml:"encoding,omitempty"`
	DefaultCountry string `yaml:"defaultCountry,omitempty"`
	UserDomain     string `yaml:"userDomain,omitempty"`
}

// Texts are written as one text or as a list.
type Texts []string

// UnmarshalYAML reads either form.
func (t *Texts) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node.Tag == "!!null":
		*t = nil
		return nil
	case node.Kind == yaml.ScalarNode:
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

// NamedProfile is one of the profiles that come with the program, whatever the
// case of its name. It is false for a name that there is not.
func NamedProfile(name string) (Profile, bool) {
	name = strings.ToLower(name)
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
	p.Name = name
	return p, true
}

// ReadProfile reads a profile in YAML. Errors name the line, or the key.
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
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return Profile{}, errors.New("reading profile: a second document follows (---), which would be ignored; write all keys into one")
	}
	if err := p.check(); err != nil {
		return Profile{}, fmt.Errorf("reading profile: %w", err)
	}
	return p, nil
}

// check finds what is wrong with a profile whatever the file.
func (p Profile) check() error {
	for _, name := range slices.Sorted(maps.Keys(p.Columns)) {
		if _, known := parseKey(name); !known {
			return fmt.Errorf("columns.%s is no meaning of a column: use one of %s", name, strings.Join(Keys(), ", "))
		}
		headings := p.Columns[name]
		if len(headings) == 0 || slices.ContainsFunc(headings, func(h string) bool { return strings.TrimSpace(h) == "" }) {
			return fmt.Errorf("columns.%s names no heading: write one, or leave the key out", name)
		}
	}
	if whose, known := parseKey(p.PartsOf); p.PartsOf != "" && (!known || phoneTypes[whose] == "") {
		return fmt.Errorf("partsOf: %q is no phone: use mobile, alternateMobile or office", p.PartsOf)
	}
	if !slices.Contains([]string{"", codesISOWord, codesDialWord}, p.CountryCodes) {
		return fmt.Errorf("countryCodes: %q: write %s for numbers of ISO 3166, or %s for dialling codes", p.CountryCodes, codesISOWord, codesDialWord)
	}
	if p.says() == "" {
		return errors.New("it says nothing; name columns, as in columns: {user: UPN, mobile: Work Mobile}")
	}
	return p.checkOptions()
}

// says is empty where a profile has nothing but names for itself.
func (p Profile) says() string {
	return strings.Join(append(slices.Sorted(maps.Keys(p.Columns)), p.PartsOf, p.CountryCodes, strings.Join(p.Where, ""), p.Encoding, p.DefaultCountry, p.UserDomain), "")
}

// checkOptions checks what is also a flag, and calls it as the profile does.
func (p Profile) checkOptions() error {
	for _, condition := range p.Where {
		if _, _, _, ok := splitCondition(condition, nil); !ok {
			return fmt.Errorf("where: %q is no condition: %s", condition, conditionForm)
		}
	}
	opts := Options{}.with(p)
	_, _, _, encoding := text(strings.NewReader(""), opts.Encoding)
	_, country := newCountries().defaultCountry(opts)
	_, domain := userDomain(opts)
	for _, err := range []error{encoding, country, domain} {
		if wrong := (*FileError)(nil); errors.As(err, &wrong) {
			asKey := strings.NewReplacer("--encoding", "encoding:", "--default-country", "defaultCountry:", "--user-domain", "userDomain:")
			return errors.New(asKey.Replace(wrong.Found) + "; " + wrong.Advice)
		}
	}
	return nil
}

var (
	unknownKey = regexp.MustCompile(`field (\S+) not found in type \S+`)
	wrongType  = regexp.MustCompile("cannot unmarshal !!\\w+ (`.*` )?into (\\S+)")
)

// plainYAML says what the decoder says without the names of our types.
func plainYAML(err error) error {
	var wrong *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case !errors.As(err, &wrong):
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	message := unknownKey.ReplaceAllString(wrong.Errors[0], "unknown key $1; known are "+"description, columns, partsOf, countryCodes, where, encoding, defaultCountry, userDomain")
	if found := wrongType.FindStringSubmatch(message); found != nil {
		expected := map[string]string{"string": "one text", "[]string": "a text or a list of texts"}[found[2]]
		if expected == "" {
			expected = "keys with their values, as in columns: {user: UPN}"
		}
		message = wrongType.ReplaceAllLiteralString(message, "this cannot be read: "+expected+" is expected")
	}
	return errors.New(message)
}

// Keys are the meanings that a column can have.
func Keys() []string {
	var names []string
	for k := range numKeys {
		names = append(names, k.String())
	}
	return names
}

// Profile is how this file was read with opts, for files of its kind: by it the
// same file reads the same.
func (r Reading) Profile(opts Options) Profile {
	opts = opts.with(opts.Profile)
	p := Profile{
		Description: "read as " + r.Name + " was", Columns: map[string]Texts{}, PartsOf: r.partsOf, Where: slices.Concat(opts.Profile.Where, opts.Where),
		Encoding: opts.Encoding, DefaultCountry: r.DefaultCountry, UserDomain: opts.UserDomain,
	}
	phones := 0
	for _, c := range r.Columns {
		p.Columns[c.Key] = Texts{c.Heading}
		if k, _ := parseKey(c.Key); k.isPhone() {
			phones++
		}
	}
	if r.NumberOnly && phones == 1 {
		p.Columns[keyPhoneNumber.String()] = p.Columns[keyMobile.String()]
		delete(p.Columns, keyMobile.String())
	}
	switch r.codes { // what was found out must not change with the rows
	case codesISO:
		p.CountryCodes = codesISOWord
	case codesDial:
		p.CountryCodes = codesDialWord
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
