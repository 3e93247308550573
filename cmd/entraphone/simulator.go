package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
)

// quietDay is how the simulator behaves when nobody says otherwise: answers
// take a while, and the limits are the documented ones of identity and access,
// https://learn.microsoft.com/graph/throttling-limits.
func quietDay() graphsim.Config {
	quota := func(limit int, window time.Duration) graphsim.Quota {
		return graphsim.Quota{Kind: graphsim.SlidingWindow, Limit: limit, Window: window, CountThrottled: true}
	}
	return graphsim.Config{
		Latency:     150 * time.Millisecond,
		WriteQuota:  quota(3000, 150*time.Second),
		ReadQuota:   quota(8000, 10*time.Second),
		ReportQuota: quota(5, 10*time.Second),
	}
}

// simulatorOptions say how the simulator behaves, in this process or served to
// others.
type simulatorOptions struct {
	directory string
	scenario  string
}

func (o *simulatorOptions) addTo(set *pflag.FlagSet) {
	set.StringVar(&o.directory, "directory", "", "read the simulator's people from a CSV `FILE` with userPrincipalName and any of id, mail, employeeId, onPremisesSamAccountName, displayName, accountEnabled, onPremisesSyncEnabled, userType, isAdmin, usageLocation, mobile, alternateMobile, office, defaultMethod and fault (without it everybody exists and has no phone)")
	set.StringVar(&o.scenario, "scenario", "", "let the simulator behave as this `NAME|FILE` says: a file in YAML or JSON, or one of "+strings.Join(graphsim.ScenarioNames(), ", "))
}

// config is quietDay as the scenario changes it, with the people. Everything
// wrong with a file is the caller's mistake.
func (o *simulatorOptions) config() (graphsim.Config, error) {
	config := quietDay()
	if err := o.readScenario(&config); err != nil {
		return graphsim.Config{}, err
	}
	people, err := readPeople("--directory", o.directory, func(r io.Reader) (*directory.Directory, error) {
		return directory.ReadCSV(r, graphsim.UserFaults())
	})
	config.Directory = people
	return config, err
}

// graph is how the simulator in this process is spoken to: as Graph would be, as
// the first app that the scenario knows.
func (o *simulatorOptions) graph() (graph.Config, error) {
	config, err := o.config()
	if err != nil {
		return graph.Config{}, err
	}
	app := login.Client{ID: "simulated"}
	if len(config.Clients) > 0 {
		app = config.Clients[0]
	}
	return graph.Config{
		Cloud: graph.CloudGlobal, Transport: graphsim.New(config).Transport(),
		Credential: graph.CredentialConfig{
			Kind: graph.AuthSecret, TenantID: "simulated", ClientID: app.ID, ClientSecret: graph.NewSecret(cmp.Or(app.Secret, "whatever-is-taken")),
		},
	}, nil
}

// problems names what is given for a simulator where there is none.
func (o *simulatorOptions) problems(simulate bool) (problems []error) {
	if o.directory != "" && !simulate {
		problems = append(problems, errors.New("--directory is the simulator's: add --simulate"))
	}
	if o.scenario != "" && !simulate {
		problems = append(problems, errors.New("--scenario is the simulator's: add --simulate"))
	}
	return problems
}

func (o *simulatorOptions) readScenario(config *graphsim.Config) error {
	if o.scenario == "" {
		return nil
	}
	source, named := graphsim.NamedScenario(o.scenario)
	if !named {
		file, err := os.Open(o.scenario)
		if err != nil {
			err = fmt.Errorf("reading --scenario: %w; it is neither a file nor one of %s", err, strings.Join(graphsim.ScenarioNames(), ", "))
			return usagef("%w", meant(err, o.scenario, graphsim.ScenarioNames()))
		}
		source = file
	}
	defer source.Close()
	if err := graphsim.ReadScenario(source, config); err != nil {
		return usagef("--scenario %s: %w", o.scenario, err)
	}
	return nil
}

// readPeople is nil without a path.
func readPeople(flag, path string, read func(io.Reader) (*directory.Directory, error)) (*directory.Directory, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("reading %s: %w", flag, err)
	}
	defer file.Close()
	people, err := read(file)
	if err != nil {
		return nil, usagef("%s %s: %w", flag, path, err)
	}
	return people, nil
}

// quotaFlag is a quota as graphsim.ParseQuota reads it.
type quotaFlag graphsim.Quota

// String is empty: the help tells the default.
func (q *quotaFlag) String() string { return "" }

// Set reads a quota.
func (q *quotaFlag) Set(text string) error {
	quota, err := graphsim.ParseQuota(text)
	*q = quotaFlag(quota)
	return err
}

// Type is the value's name in the help.
func (q *quotaFlag) Type() string { return "QUOTA" }
