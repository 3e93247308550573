package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/pace"
	"entraphone/internal/report"
)

// fileOptions say how a file is to be read; every command that reads one has
// them.
type fileOptions struct {
	path           string
	name           string // for people, where it is not the path
	columns        []string
	defaultCountry string
	encoding       string
	sheet          string
	where          []string
	keepColumns    []string
	skip, limit    int
	shard          shard
	userKey        string
	userDomain     string
	profile        string
	identity       string
	action         authmethod.Action // of lines that do not say; no flag
}

func (o *fileOptions) flags(getenv func(string) string) *pflag.FlagSet {
	o.shard.getenv = getenv
	set := pflag.NewFlagSet("Reading the file", pflag.ContinueOnError)
	set.StringArrayVar(&o.columns, "map", nil, "read KEY from the column with this heading, as in `KEY=HEADING`; KEY is user, phoneType, phoneNumber, mobile, alternateMobile, office, country, extension, areaCode, dialCode, action, smsSignIn, forcedUpdate or forcedRemoval; repeatable")
	set.StringVar(&o.defaultCountry, "default-country", "", "read national numbers without a country of their own as this `COUNTRY`'s (GB, GBR or \"United Kingdom\"); they must then be valid there")
	set.StringVar(&o.encoding, "encoding", "", "read the file in this `ENCODING`, such as Windows-1250, IBM850, UTF-16LE or Shift_JIS (default: UTF-8 and UTF-16 are detected, anything else is read as Windows-1252)")
	set.StringVar(&o.sheet, "sheet", "", "read the sheet of this `NAME` of an Excel workbook (default: the first that can be seen)")
	set.StringArrayVar(&o.where, "where", nil, "read only lines that meet this `CONDITION`: HEADING=VALUE or HEADING!=VALUE, as in \"Status!=inactive\"; repeatable, and all must be met")
	set.StringArrayVar(&o.keepColumns, "keep-columns", nil, "copy the cells under this `HEADING` into rejects, too, or a list with commas between; repeatable (default: only what is read, and names, departments, places and employee ids)")
	set.IntVar(&o.skip, "skip", 0, "leave out the first `N` lines of those")
	set.IntVar(&o.limit, "limit", 0, "read at most `N` lines of those, and leave out the others; 0 reads all")
	set.Var(&o.shard, "shard", "read only this share of the users, as one of N machines does: from 0, as in 2/8; \"job\" takes both from JOB_COMPLETION_INDEX and JOB_COMPLETION_COUNT")
	set.StringVar(&o.userKey, "user-key", "", "the user column holds this `KEY`: upn (userPrincipalName or object id), mail, employeeId or samAccountName, or auto for what its heading says (default: upn)")
	set.StringVar(&o.userDomain, "user-domain", "", "complete users that are a name without a domain with this `DOMAIN`: panand becomes panand@DOMAIN")
	profileFlag(set, &o.profile, "read the file as")
	set.StringVar(&o.identity, "identity", "", "decrypt a file that is encrypted with age with the identity in this `FILE`, as age-keygen writes it")
	return set
}

// tenantOptions say which tenant is written to, and as whom. There is no flag
// for a secret: other users of the machine can see the arguments of a process.
type tenantOptions struct {
	tenantID, clientID         string
	auth                       string
	certificate, secretFile    string
	credentials                string
	plainSecret                bool
	cloud, endpoint, authority string
	caFile                     string
}

func (o *tenantOptions) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("The tenant", pflag.ContinueOnError)
	set.StringVar(&o.tenantID, "tenant-id", "", "the tenant's `ID` or domain (AZURE_TENANT_ID)")
	set.StringVar(&o.clientID, "client-id", "", "the app registration's application `ID` (AZURE_CLIENT_ID)")
	set.StringVar(&o.auth, "auth", "", "use this `KIND` of credential: secret, certificate, managed-identity, workload-identity, azure-cli, device-code or token (default: the first of secret, certificate, workload-identity and token that a flag or the environment provides)")
	set.StringVar(&o.secretFile, "client-secret-file", "", "read the client secret from `FILE` instead of AZURE_CLIENT_SECRET")
	set.StringVar(&o.certificate, "client-certificate", "", "read certificate and private key, PEM or PFX, from `FILE` (AZURE_CLIENT_CERTIFICATE_PATH)")
	set.StringVar(&o.credentials, "credentials", "", "sign in as each of the app registrations that are listed in `FILE` (YAML), and share the users out among them; each has a budget of its own")
	set.BoolVar(&o.plainSecret, "allow-plain-secret", false, "take a client secret that stands in --credentials itself")
	set.StringVar(&o.cloud, "cloud", string(graph.CloudGlobal), "the tenant's `CLOUD`: global, usgov, dod or china")
	set.StringVar(&o.endpoint, "graph-endpoint", "", "reach Graph at this `URL`, for private stand-ins")
	set.StringVar(&o.authority, "authority", "", "reach the sign-in service at this `URL`, for private stand-ins")
	set.StringVar(&o.caFile, "ca-file", "", "trust the certificates in `FILE` (PEM) beside the system's")
	return set
}

// problems are checked in every mode, so that a rehearsal finds what would stop
// the import itself.
func (o *tenantOptions) problems() (problems []error) {
	cloud, err := graph.ParseCloud(o.cloud)
	if err != nil {
		problems = append(problems, meant(err, o.cloud, flagValues()["cloud"]))
	}
	if o.auth != "" {
		if _, err := graph.ParseAuth(o.auth); err != nil {
			problems = append(problems, meant(err, o.auth, flagValues()["auth"]))
		}
	}
	if _, _, err := (graph.Config{Cloud: cloud, Endpoint: o.endpoint, Authority: o.authority}).Addresses(); err != nil {
		problems = append(problems, err)
	}
	return problems
}

// config gathers flags and environment; a flag wins over the environment. Only
// here are secrets read.
func (o *tenantOptions) config(p process) (graph.Config, error) {
	or := func(flag, variable string) string {
		if flag != "" {
			return flag
		}
		return p.getenv(variable)
	}
	cloud, errCloud := graph.ParseCloud(o.cloud)
	kind, errKind := o.kind(p)
	secret, errSecret := o.secret(p)
	if err := errors.Join(errCloud, errKind, errSecret); err != nil {
		return graph.Config{}, err
	}
	return graph.Config{
		Cloud: cloud, Endpoint: o.endpoint, Authority: o.authority, CAFile: o.caFile,
		Credential: graph.CredentialConfig{
			Kind:     kind,
			TenantID: or(o.tenantID, "AZURE_TENANT_ID"), ClientID: or(o.clientID, "AZURE_CLIENT_ID"),
			ClientSecret:        secret,
			CertificateFile:     or(o.certificate, "AZURE_CLIENT_CERTIFICATE_PATH"),
			CertificatePassword: graph.NewSecret(p.getenv("AZURE_CLIENT_CERTIFICATE_PASSWORD")),
			FederatedTokenFile:  p.getenv("AZURE_FEDERATED_TOKEN_FILE"),
			AccessToken:         graph.NewSecret(p.getenv("ENTRAPHONE_ACCESS_TOKEN")),
			Prompt:              p.console,
		},
	}, nil
}

// named is the tenant in words, where one is named; a dry run needs none.
func (o *tenantOptions) named(p process) string {
	if id := cmp.Or(o.tenantID, p.getenv("AZURE_TENANT_ID")); id != "" {
		return tenantInWords(id)
	}
	return ""
}

// kind is the credential asked for, or the one that the environment holds. Kinds
// that need a person, or ask the machine's surroundings, must be asked for.
func (o *tenantOptions) kind(p process) (graph.Auth, error) {
	if o.auth != "" {
		return graph.ParseAuth(o.auth)
	}
	for _, known := range []struct {
		kind  graph.Auth
		given string
	}{
		{graph.AuthSecret, o.secretPath(p) + p.getenv("AZURE_CLIENT_SECRET")},
		{graph.AuthCertificate, o.certificate + p.getenv("AZURE_CLIENT_CERTIFICATE_PATH")},
		{graph.AuthWorkloadIdentity, p.getenv("AZURE_FEDERATED_TOKEN_FILE")},
		{graph.AuthToken, p.getenv("ENTRAPHONE_ACCESS_TOKEN")},
	} {
		if known.given != "" {
			return known.kind, nil
		}
	}
	return "", &graph.ConfigError{Problem: "no credential: set AZURE_CLIENT_SECRET, give --client-certificate, or choose with --auth (azure-cli and device-code sign a person in); --simulate needs none"}
}

// secretPath is the file that holds the client secret: that of the flag, of
// AZURE_CLIENT_SECRET_FILE, or the credential "client-secret" that systemd has loaded
// for the service, see https://systemd.io/CREDENTIALS/. A secret in the environment
// comes before the last.
func (o *tenantOptions) secretPath(p process) string {
	loaded := filepath.Join(p.getenv("CREDENTIALS_DIRECTORY"), "client-secret")
	switch named := cmp.Or(o.secretFile, p.getenv("AZURE_CLIENT_SECRET_FILE")); {
	case named != "":
		return named
	case p.getenv("CREDENTIALS_DIRECTORY") != "" && p.getenv("AZURE_CLIENT_SECRET") == "" && exists(loaded):
		return loaded
	}
	return ""
}

// secret reads the client secret from its file, else from the environment. White
// space at the end of a file is not part of it.
func (o *tenantOptions) secret(p process) (graph.Secret, error) {
	path := o.secretPath(p)
	if path == "" {
		return graph.NewSecret(p.getenv("AZURE_CLIENT_SECRET")), nil
	}
	return readSecret(p.console, path)
}

// readSecret reads a secret from its file.
func readSecret(screen *console, path string) (graph.Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &graph.ConfigError{Problem: fmt.Sprintf("reading the file of the client secret: %v", err)}
	}
	warnOfReaders(screen, path)
	return graph.NewSecret(strings.TrimSpace(string(text))), nil
}

// warnOfReaders warns of a file with a secret that others can read.
func warnOfReaders(screen *console, path string) {
	if info, err := os.Stat(path); err == nil && openToOthers(info) {
		fmt.Fprintf(screen, "entraphone: warning: others than its owner can read the secret in %s: chmod 600 it\n", report.Printable(path))
	}
}

// paceOptions say how fast and how stubbornly. What each is for stands in
// [submit.Config].
type paceOptions struct {
	rate        rateFlag
	workers     int
	batchSize   int
	maxAttempts int
	giveUpAfter time.Duration
	drain       time.Duration
}

func (o *paceOptions) flags() *pflag.FlagSet {
	set := o.readingFlags()
	set.IntVar(&o.workers, "workers", 4, "at most `N` requests in flight")
	set.IntVar(&o.batchSize, "batch-size", 20, "at most `N` operations in a request, 1 to 20; 1 sends plain requests instead of $batch")
	set.IntVar(&o.maxAttempts, "max-attempts", 6, "send a row whose answers are lost at most `N` times")
	set.DurationVar(&o.drain, "drain", 20*time.Second, "let requests in flight finish within this `DURATION` after an interrupt")
	return set
}

// readingFlags are those of a command that only reads, one request at a time.
func (o *paceOptions) readingFlags() *pflag.FlagSet {
	o.rate = 18
	set := pflag.NewFlagSet("Pace", pflag.ContinueOnError)
	set.Var(&o.rate, "rate", "at most so many operations a second, as a mean over ten, or unlimited; the pace starts low and finds the tenant's limit below it by itself")
	set.DurationVar(&o.giveUpAfter, "give-up-after", 30*time.Minute, "end the run when nothing has gone forward for this `DURATION`")
	return set
}

func (o *paceOptions) problems() (problems []error) {
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	check(o.workers >= 1 && o.workers <= 64, "--workers %d: give a number from 1 to 64", o.workers)
	check(o.batchSize >= 1 && o.batchSize <= 20, "--batch-size %d: give a number from 1 to 20, which is all that Graph takes", o.batchSize)
	check(o.maxAttempts >= 1, "--max-attempts %d: give a number from 1", o.maxAttempts)
	problems = append(problems, o.readingProblems()...)
	check(o.drain >= 0, "--drain %s: give a duration such as 20s", o.drain)
	return problems
}

// readingProblems are those of [paceOptions.readingFlags].
func (o *paceOptions) readingProblems() []error {
	if o.giveUpAfter > 0 {
		return nil
	}
	return []error{fmt.Errorf("--give-up-after %s: give a duration such as 30m", o.giveUpAfter)}
}

// rateFlag is a rate in operations a second.
type rateFlag float64

// String is the rate as the flag takes it.
func (r *rateFlag) String() string {
	if math.IsInf(float64(*r), 1) {
		return "unlimited"
	}
	return strconv.FormatFloat(float64(*r), 'g', -1, 64)
}

// Set reads a rate such as "5", "0.5", "5/s" or "unlimited".
func (r *rateFlag) Set(text string) error {
	if text == "unlimited" {
		*r = rateFlag(pace.Unlimited)
		return nil
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "/s"), 64)
	if err != nil || !(n > 0) || math.IsInf(n, 1) {
		return errors.New("give operations a second above 0, such as 5 or 0.5, or unlimited")
	}
	*r = rateFlag(n)
	return nil
}

// Type is the value's name in the help.
func (r *rateFlag) Type() string { return "RATE" }

// outputOptions say where runs are kept and how the program talks.
type outputOptions struct {
	state     string
	wait      time.Duration
	keepInput bool
	mask      bool // results are masked
	unmasked  bool // report.html is not; set by --mask=false alone
	logLevel  string
	logFormat string
	verbose   bool
	logFile   string
	logSize   int // of the file, in megabytes
}

func (o *outputOptions) flags() *pflag.FlagSet {
	set := pflag.NewFlagSet("Results and log", pflag.ContinueOnError)
	set.StringVar(&o.state, "state", "", "keep runs in `DIR`, each in a folder of its own (default: "+stateFolderInWords()+")")
	set.DurationVar(&o.wait, "wait", 0, "wait this `DURATION` for another run into the same tenant to end, instead of stopping with exit code 6")
	set.BoolVar(&o.keepInput, "keep-input", true, "keep the file's bytes in the folder of the run, so that it can be resumed after the file is gone")
	o.addMaskTo(set)
	o.addLogTo(set)
	return set
}

// addMaskTo adds --mask.
func (o *outputOptions) addMaskTo(set *pflag.FlagSet) {
	set.Var((*maskFlag)(o), "mask", "mask phone numbers in results.csv, as they always are in the log; the journal and the rejects need them whole; report.html is masked without this flag, too, and whole with --mask=false")
	set.Lookup("mask").NoOptDefVal = "true"
}

// addLogTo adds the options of the log.
func (o *outputOptions) addLogTo(set *pflag.FlagSet) {
	set.StringVar(&o.logLevel, "log-level", "info", "log this `LEVEL` and above: debug, info, warn or error")
	set.BoolVarP(&o.verbose, "verbose", "v", false, "the same as --log-level debug")
	set.StringVar(&o.logFormat, "log-format", "", "write the log in this `FORMAT`: console or json (default: console on a terminal, json otherwise)")
	set.StringVar(&o.logFile, "log-file", "", "append the log to `FILE`, too, in JSON whatever --log-format says")
	set.IntVar(&o.logSize, "log-file-size", 10, "begin that file anew at `N` megabytes, and keep five older ones as FILE.1 to FILE.5")
}

func (o *outputOptions) problems() (problems []error) {
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, o.logLevel) {
		problems = append(problems, fmt.Errorf("--log-level %q: give debug, info, warn or error", o.logLevel))
	}
	if !slices.Contains([]string{"", "console", "json"}, o.logFormat) {
		problems = append(problems, fmt.Errorf("--log-format %q: give console or json", o.logFormat))
	}
	if o.logSize < 1 {
		problems = append(problems, fmt.Errorf("--log-file-size %d: give megabytes from 1", o.logSize))
	}
	return problems
}

// folder is where runs are kept, and where nobody else has a hand in it.
func (o *outputOptions) folder(getenv func(string) string) (string, error) {
	if o.state != "" {
		return o.state, private(o.state)
	}
	folder, err := stateFolder(getenv)
	if err != nil {
		return "", &usageError{[]error{err}}
	}
	return folder, private(folder)
}

func (o *outputOptions) level() zerolog.Level {
	if o.verbose {
		return zerolog.DebugLevel
	}
	level, err := zerolog.ParseLevel(o.logLevel)
	if err != nil {
		return zerolog.InfoLevel // unreachable unless bug: problems has refused it
	}
	return level
}
