package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/importfile"
)

func profileFlag(set *pflag.FlagSet, profile *string, what string) {
	set.StringVar(profile, "profile", "", what+" this `PROFILE`: a YAML file, or one of "+strings.Join(importfile.ProfileNames(), ", "))
}

// readProfile is empty without a name.
func readProfile(name string) (importfile.Profile, error) {
	if name == "" {
		return importfile.Profile{}, nil
	}
	if p, named := importfile.NamedProfile(name); named {
		return p, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return importfile.Profile{}, &usageError{[]error{fmt.Errorf("reading --profile: %w; it is neither a file nor one of %s", err, strings.Join(importfile.ProfileNames(), ", "))}}
	}
	defer file.Close()
	p, err := importfile.ReadProfile(file)
	if err != nil {
		return importfile.Profile{}, &usageError{[]error{fmt.Errorf("--profile %s: %w", name, err)}}
	}
	p.Name = name
	return p, nil
}
