package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"entraphone/internal/report"
)

// Every flag of every command may also stand in the environment or in a file, in this
// order: the flag, ENTRAPHONE_ and its name, the file's section of the command, the
// file, the default. What comes from there is as if it had been given, also for a run
// that is gone on with.

// configFlag names the file.
const configFlag = "config"

// configPrefix is that of the variables of flags: ENTRAPHONE_GIVE_UP_AFTER.
const configPrefix = "ENTRAPHONE_"

// notConfigured are flags that mean one moment, and never all runs.
var notConfigured = []string{configFlag, onlyFlag, "help", "version", "yes", "delete", "force"}

// configured is a value of the file, and where it stands.
type configured struct {
	values []string
	where  string // "entraphone.yaml:3"
}

// configFile is what a file says: for all commands, and for single ones.
type configFile struct {
	all      map[string]configured
	sections map[string]map[string]configured
	tenants  map[string]map[string]configured
}

// of is what the file says of a flag of a command, for one of its tenants. What stands for all commands is not
// for the simulator, whose flags mean other things.
func (f configFile) of(tenant, command, flag string) (configured, bool) {
	if value, is := f.tenants[tenant][flag]; is {
		return value, true
	}
	if value, is := f.sections[command][flag]; is {
		return value, true
	}
	value, is := f.all[flag]
	return value, is && command != "simulate"
}

// configPath is the file of settings that a command was given, or none.
func (p process) configPath(command *cobra.Command) string {
	if flag := command.Flags().Lookup(configFlag); flag != nil && flag.Changed {
		return flag.Value.String()
	}
	return p.getenv(configPrefix + "CONFIG")
}

// configure gives the flags that were not given on the command line their values, and
// returns where each flag has its value from. All mistakes are told at once.
func (p process) configure(command *cobra.Command, path string) (sources map[string]string, err error) {
	var file configFile
	if path != "" {
		if file, err = readConfig(path, command.Root()); err != nil {
			return nil, err
		}
	}
	sources = map[string]string{}
	var problems []error
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		variable := configPrefix + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		value, inFile := file.of(p.tenant, command.Name(), flag.Name)
		switch {
		case slices.Contains(notConfigured, flag.Name):
		case flag.Changed:
			sources[flag.Name] = "flag"
		case p.getenv(variable) != "":
			sources[flag.Name] = variable
			problems = append(problems, setFlag(command.Flags(), flag, strings.Split(p.getenv(variable), "\n"), variable))
		case inFile:
			sources[flag.Name] = value.where
			problems = append(problems, setFlag(command.Flags(), flag, value.values, value.where))
		}
	})
	if err := errors.Join(problems...); err != nil {
		return nil, &usageError{flatten(err)}
	}
	// A run of one tenant would write over the counts of another.
	if file := command.Flags().Lookup(metricsFlag); p.tenant != "" && file != nil && file.Value.String() != "" {
		end := filepath.Ext(file.Value.String())
		return sources, file.Value.Set(strings.TrimSuffix(file.Value.String(), end) + "-" + fileName(p.tenant) + end)
	}
	return sources, nil
}

// setFlag sets a flag as the command line does.
func setFlag(flags *pflag.FlagSet, flag *pflag.Flag, values []string, where string) error {
	for _, value := range values {
		if err := flags.Set(flag.Name, value); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return nil
}

// readConfig reads a file of settings. A key that no command has is a mistake, and so is
// one that stands there twice. Paths are taken from the folder of the file.
func readConfig(path string, root *cobra.Command) (configFile, error) {
	file := configFile{all: map[string]configured{}, sections: map[string]map[string]configured{}, tenants: map[string]map[string]configured{}}
	text, err := os.ReadFile(path)
	if err != nil {
		return file, usagef("reading --config: %w", err)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return file, nil // an empty file says nothing
	case err != nil:
		return file, usagef("reading --config %s: %w", path, err)
	}
	settings := configReader{path: path, commands: map[string]*cobra.Command{}, all: pflag.NewFlagSet("", pflag.ContinueOnError)}
	for _, command := range root.Commands() {
		settings.commands[command.Name()] = command
		_ = command.LocalFlags() // which adds those of all commands to Flags
		command.Flags().VisitAll(func(flag *pflag.Flag) {
			if settings.all.Lookup(flag.Name) == nil {
				settings.all.AddFlag(flag)
			}
		})
	}
	settings.tenants = file.tenants
	settings.read(document.Content[0], settings.all, file.all, file.sections)
	if len(settings.problems) > 0 {
		return file, &usageError{settings.problems}
	}
	return file, nil
}

// configReader gathers all that is wrong with a file.
type configReader struct {
	path     string
	within   string // keys of what is being read, each with a slash behind it
	commands map[string]*cobra.Command
	all      *pflag.FlagSet // of any command
	tenants  map[string]map[string]configured
	problems []error
}

func (c *configReader) problem(node *yaml.Node, format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf("%s:%d: %s", c.path, node.Line, fmt.Sprintf(format, args...)))
}

// read reads a mapping of the flags of a set, with sections of commands where there may
// be any.
func (c *configReader) read(node *yaml.Node, flags *pflag.FlagSet, into map[string]configured, sections map[string]map[string]configured) {
	if node.Kind != yaml.MappingNode {
		c.problem(node, "write flags and their values, as in \"rate: 3\"")
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		command := c.commands[key.Value]
		flag := flags.Lookup(key.Value)
		_, twice := into[key.Value]
		switch {
		case twice || sections[key.Value] != nil:
			c.problem(key, "%s stands there twice", key.Value)
		case command != nil && sections != nil && value.Kind == yaml.MappingNode:
			sections[key.Value] = map[string]configured{}
			c.within = key.Value + "/"
			c.read(value, command.Flags(), sections[key.Value], nil)
			c.within = ""
		case key.Value == tenantsKey && sections != nil && value.Kind == yaml.MappingNode:
			c.readTenants(value)
		case flag != nil && (key.Value == "profile" && value.Kind == yaml.MappingNode || key.Value == "credentials" && value.Kind == yaml.SequenceNode):
			into[key.Value] = configured{[]string{c.path + "#" + c.within + key.Value}, fmt.Sprintf("%s:%d", c.path, key.Line)}
		case strings.Contains(strings.ToLower(key.Value), "secret") && flag == nil:
			c.problem(key, "a secret does not stand in this file: name the file that holds it with client-secret-file, or set AZURE_CLIENT_SECRET")
		case slices.Contains(notConfigured, key.Value) && flag != nil:
			c.problem(key, "%s is for the command line only", key.Value)
		case flag == nil:
			c.problem(key, "there is no setting %s%s", key.Value, near(key.Value, flags))
		default:
			into[key.Value] = configured{c.values(key, value, flag), fmt.Sprintf("%s:%d", c.path, key.Line)}
		}
	}
}

// readTenants reads the settings of each tenant: its file, and flags.
func (c *configReader) readTenants(node *yaml.Node) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddFlagSet(c.all)
	flags.String(fileKey, "", "")
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if c.tenants[name.Value] != nil {
			c.problem(name, "the tenant %s stands there twice", name.Value)
			continue
		}
		if name.Value == "" || strings.Contains(name.Value, "/") {
			c.problem(name, "give a tenant a name without slashes")
			continue
		}
		c.tenants[name.Value], c.within = map[string]configured{}, tenantsKey+"/"+name.Value+"/"
		c.read(value, flags, c.tenants[name.Value], nil)
		c.within = ""
	}
}

// near is the setting that was probably meant.
func near(name string, flags *pflag.FlagSet) string {
	if best := nearest(name, flagNames(flags)); best != "" {
		return "; did you mean " + best + "?"
	}
	return ""
}

// pathFlags are flags that hold a path, or may.
var pathFlags = []string{"client-certificate", "client-secret-file", "ca-file", "state", "profile", "credentials", fileKey, "directory", "scenario", "identity", "log-file"}

// values are those of a setting: one, or a list for a flag that may be repeated.
func (c *configReader) values(key, node *yaml.Node, flag *pflag.Flag) (values []string) {
	list := []*yaml.Node{node}
	if _, several := flag.Value.(pflag.SliceValue); several && node.Kind == yaml.SequenceNode {
		list = node.Content
	}
	for _, one := range list {
		if one.Kind != yaml.ScalarNode || one.Tag == "!!null" {
			c.problem(one, "%s is %s", key.Value, flag.Value.Type())
			return nil
		}
		value := one.Value
		beside := filepath.Join(filepath.Dir(c.path), value)
		if slices.Contains(pathFlags, flag.Name) && value != "" && !filepath.IsAbs(value) && (flag.Name == "state" || flag.Name == fileKey || flag.Name == "log-file" || exists(beside)) {
			value = beside
		}
		values = append(values, value)
	}
	return values
}

const configHelp = `Print which settings hold for a command, and where each comes from.

A flag wins over the environment (ENTRAPHONE_ and the name of the flag:
ENTRAPHONE_RATE), that over a file of settings (--config FILE, or
ENTRAPHONE_CONFIG), and that over the default. The file is YAML: flags and their
values, and sections named as commands for what holds for these alone.

Usage:
  entraphone config [COMMAND] [flags]

Examples:
  entraphone config import --config /etc/entraphone.yaml
`

// newConfigCommand prints settings. It asks nobody and changes nothing.
func newConfigCommand(p process) *cobra.Command {
	command := &cobra.Command{
		Use:   "config [COMMAND]",
		Short: "Print which settings hold, and where each comes from",
		RunE: func(command *cobra.Command, args []string) error {
			name := "import"
			if len(args) > 0 {
				name = args[0]
			}
			of, _, err := command.Root().Find([]string{name})
			if err != nil || of == command.Root() || len(args) > 1 {
				return usagef("give one COMMAND at most, such as import")
			}
			return p.printConfig(command, of)
		},
	}
	set := pflag.NewFlagSet("Several tenants", pflag.ContinueOnError)
	set.StringVar(&p.tenant, onlyFlag, "", "of the tenants that the file lists, show the settings of `NAME`")
	setHelp(command, configHelp, "", set)
	return command
}

func (p process) printConfig(command, of *cobra.Command) error {
	_ = of.LocalFlags() // which adds those of all commands to Flags
	sources, err := p.configure(of, p.configPath(command))
	if err != nil {
		return err
	}
	sources[outputFlag] = p.stream.from // it is given to this command by now
	var settings []setting
	of.Flags().VisitAll(func(flag *pflag.Flag) {
		if slices.Contains(notConfigured, flag.Name) {
			return
		}
		source := sources[flag.Name]
		if source == "" {
			source = "default"
		}
		settings = append(settings, setting{flag.Name, strings.Trim(flag.Value.String(), "[]"), source})
	})
	for _, variable := range slices.Sorted(maps.Keys(secretVariables)) {
		if p.getenv(variable) != "" {
			settings = append(settings, setting{secretVariables[variable], "set", variable})
		}
	}
	return printed("the settings", p.printSettings(settings))
}

// setting is of kind setting: what holds, and where it comes from.
type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
}

func (p process) printSettings(settings []setting) error {
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, s := range settings {
		if p.stream.on() {
			if err := p.stream.put("setting", s); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, report.Printable(cmp.Or(s.Value, "-")), report.Printable(s.From))
	}
	if p.stream.on() {
		return nil
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := p.stdout.Write(out.Bytes())
	return err
}

// secretVariables are those that hold secrets, of which nothing but that is shown.
var secretVariables = map[string]string{
	"AZURE_CLIENT_SECRET": "client secret", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "certificate password", "ENTRAPHONE_ACCESS_TOKEN": "access token",
}
