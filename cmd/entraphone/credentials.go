package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"entraphone/internal/graph"
	"entraphone/internal/pace"
	"entraphone/internal/report"
	"entraphone/internal/submit"
)

// listedCredential is one of several app registrations of a tenant, each of which Graph
// grants a budget of its own. It has one of the ways to sign in.
type listedCredential struct {
	Name     string `yaml:"name"` // in results; the clientId where it is empty
	TenantID string `yaml:"tenantId"`
	ClientID string `yaml:"clientId"`

	ClientSecretFile  string `yaml:"clientSecretFile"`
	ClientSecretEnv   string `yaml:"clientSecretEnv"` // name of a variable
	ClientSecret      string `yaml:"clientSecret"`    // only with --allow-plain-secret
	ClientCertificate string `yaml:"clientCertificate"`
	// CertificatePasswordEnv is the name of a variable.
	CertificatePasswordEnv string `yaml:"certificatePasswordEnv"`
	FederatedTokenFile     string `yaml:"federatedTokenFile"`
	ManagedIdentity        bool   `yaml:"managedIdentity"`
}

// kind is how the credential signs in. It has to say one way.
func (l *listedCredential) kind() (graph.Auth, error) {
	var kinds []graph.Auth
	for kind, given := range map[graph.Auth]bool{
		graph.AuthSecret:           l.ClientSecretFile+l.ClientSecretEnv+l.ClientSecret != "",
		graph.AuthCertificate:      l.ClientCertificate != "",
		graph.AuthWorkloadIdentity: l.FederatedTokenFile != "",
		graph.AuthManagedIdentity:  l.ManagedIdentity,
	} {
		if given {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) != 1 {
		return "", errors.New("give one of clientSecretFile, clientSecretEnv, clientCertificate, federatedTokenFile and managedIdentity")
	}
	return kinds[0], nil
}

// namedConfig is how Graph is spoken to by one credential.
type namedConfig struct {
	graph.Config
	name string
}

// configs are one for each credential that is listed, or the one that flags and
// environment speak of.
func (o *tenantOptions) configs(p process) ([]namedConfig, error) {
	if o.credentials == "" {
		config, err := o.config(p)
		return []namedConfig{{Config: config}}, err
	}
	cloud, err := graph.ParseCloud(o.cloud)
	if err != nil {
		return nil, err
	}
	listed, err := o.listed(p)
	if err != nil {
		return nil, err
	}
	configs := make([]namedConfig, len(listed))
	for i, l := range listed {
		kind, err := l.kind()
		if err != nil {
			return nil, o.wrong(l, err)
		}
		secret, err := o.listedSecret(p, l)
		if err != nil {
			return nil, o.wrong(l, err)
		}
		configs[i] = namedConfig{graph.Config{
			Cloud: cloud, Endpoint: o.endpoint, Authority: o.authority, CAFile: o.caFile,
			Credential: graph.CredentialConfig{
				Kind: kind, TenantID: l.TenantID, ClientID: l.ClientID, ClientSecret: secret,
				CertificateFile: l.ClientCertificate, CertificatePassword: graph.NewSecret(p.getenv(l.CertificatePasswordEnv)), FederatedTokenFile: l.FederatedTokenFile,
			},
		}, l.Name}
	}
	return configs, nil
}

// simulated are the same for a simulator, which is spoken to as the apps that are
// listed, and takes any secret.
func (o *tenantOptions) simulated(p process, config graph.Config) (configs []namedConfig, err error) {
	listed, err := o.listed(p)
	for _, l := range listed {
		config.Credential.ClientID = cmp.Or(l.ClientID, "managed-identity")
		configs = append(configs, namedConfig{config, l.Name})
	}
	return configs, err
}

func (o *tenantOptions) wrong(l listedCredential, err error) error {
	return usagef("--credentials %s: %s: %w", o.credentials, report.Printable(l.Name), err)
}

// listed reads the list of credentials, and makes sure that they are of one tenant and
// that none stands there twice: one app has one budget.
func (o *tenantOptions) listed(p process) ([]listedCredential, error) {
	if o.auth+o.clientID+o.certificate+o.secretFile != "" {
		return nil, usagef("--credentials says who signs in: leave out --auth, --client-id, --client-certificate and --client-secret-file")
	}
	text, err := settingsPart(o.credentials)
	if err != nil {
		return nil, usagef("reading --credentials: %w", err)
	}
	var listed []listedCredential
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&listed); err != nil && !errors.Is(err, io.EOF) {
		return nil, usagef("--credentials %s: %w", o.credentials, err)
	}
	if len(listed) == 0 {
		return nil, usagef("--credentials %s: it lists none", o.credentials)
	}
	path, _, _ := strings.Cut(o.credentials, "#")
	names, apps, tenantID := map[string]bool{}, map[string]string{}, ""
	for i := range listed {
		l := &listed[i]
		l.TenantID = cmp.Or(l.TenantID, o.tenantID, p.getenv("AZURE_TENANT_ID"))
		l.Name = cmp.Or(l.Name, l.ClientID, fmt.Sprintf("credential %d", i+1))
		for _, file := range []*string{&l.ClientSecretFile, &l.ClientCertificate, &l.FederatedTokenFile} {
			if *file != "" && !filepath.IsAbs(*file) {
				*file = filepath.Join(filepath.Dir(path), *file)
			}
		}
		switch app := strings.ToLower(l.ClientID); {
		case names[strings.ToLower(l.Name)]:
			return nil, o.wrong(*l, errors.New("the name stands there twice"))
		case apps[app] != "":
			return nil, o.wrong(*l, fmt.Errorf("it is the same app as %s, and one app has one budget", report.Printable(apps[app])))
		case i > 0 && !strings.EqualFold(l.TenantID, tenantID):
			return nil, o.wrong(*l, fmt.Errorf("it is of tenant %q, and the others of %q: several tenants are several runs", l.TenantID, tenantID))
		default:
			names[strings.ToLower(l.Name)], apps[app], tenantID = true, l.Name, l.TenantID
		}
	}
	return listed, nil
}

// listedSecret is the client secret of a credential, from where it says.
func (o *tenantOptions) listedSecret(p process, l listedCredential) (graph.Secret, error) {
	switch {
	case l.ClientSecretFile != "":
		return readSecret(p.console, l.ClientSecretFile)
	case l.ClientSecretEnv != "":
		if p.getenv(l.ClientSecretEnv) == "" {
			return nil, fmt.Errorf("clientSecretEnv: %s is not set", report.Printable(l.ClientSecretEnv))
		}
		return graph.NewSecret(p.getenv(l.ClientSecretEnv)), nil
	case l.ClientSecret != "" && !o.plainSecret:
		return nil, errors.New("a secret stands there in the clear: put it into a file of its own (clientSecretFile) or a variable (clientSecretEnv), or allow it with --allow-plain-secret")
	case l.ClientSecret != "":
		path, _, _ := strings.Cut(o.credentials, "#")
		warnOfReaders(p.console, path)
	}
	return graph.NewSecret(l.ClientSecret), nil
}

// settingsPart is a file of YAML, or, of path#key/key, a part of it.
func settingsPart(name string) ([]byte, error) {
	path, keys, within := strings.Cut(name, "#")
	text, err := os.ReadFile(path)
	if err != nil || !within {
		return text, err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return nil, err
	}
	at := node.Content[0]
	for key := range strings.SplitSeq(keys, "/") {
		i := slices.IndexFunc(at.Content, func(n *yaml.Node) bool { return n.Value == key })
		if at.Kind != yaml.MappingNode || i < 0 || i%2 > 0 {
			return nil, fmt.Errorf("there is no %s in %s", keys, path)
		}
		at = at.Content[i+1]
	}
	return yaml.Marshal(at)
}

// Authenticate signs in by every way. One that is refused drops out where there is
// another: the run goes on without it, and says so.
func (t *target) Authenticate(ctx context.Context) error {
	var refused []error
	left := slices.DeleteFunc(slices.Clone(t.ways), func(w way) bool {
		err := w.Authenticate(ctx)
		if err != nil {
			refused = append(refused, err)
		}
		return err != nil
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case len(left) == 0:
		return errors.Join(refused...)
	}
	for _, w := range t.ways {
		if !slices.Contains(left, w) {
			t.end(w.name, refused[0])
			refused = refused[1:]
		}
	}
	t.ways = left
	return nil
}

// end takes note of a credential that is refused, or by which nothing goes forward any
// more. Its users are carried by the others.
func (t *target) end(name string, why error) {
	t.ending.Lock()
	t.ended[name] = why
	t.ending.Unlock()
	t.logger.Error().Str("credential", report.Printable(name)).Err(why).Msg("the run goes on without this credential; the others carry its users")
}

// endedInWords are the credentials that the run went on without, for the report.
func (t *target) endedInWords() map[string]string {
	t.ending.Lock()
	defer t.ending.Unlock()
	words := map[string]string{}
	for name, why := range t.ended {
		words[report.Printable(name)] = why.Error()
	}
	return words
}

// channels are what lanes are carried by, or, with a planner, planned by.
func (t *target) channels(planning bool, without func(string) bool, took *latencies) (channels []submit.Channel) {
	for _, w := range t.ways {
		channel := submit.Channel{Name: w.name, Sender: &timed{w, took}, Pacer: w.pacer}
		if planning {
			channel.Sender, channel.Pacer = &submit.Planner{Sender: channel.Sender, Pacer: w.pacer, Without: without}, pace.New(pace.Unlimited, rand.Float64)
		}
		channels = append(channels, channel)
	}
	return channels
}
