package graph

import "fmt"

// Cloud is one of the national clouds of Microsoft Graph. Accounts, apps and
// tokens of one cloud mean nothing in another. The zero value is the global
// cloud.
type Cloud string

const (
	CloudGlobal Cloud = "global" // also GCC
	CloudUSGov  Cloud = "usgov"  // US Government L4, GCC High
	CloudDoD    Cloud = "dod"    // US Government L5
	CloudChina  Cloud = "china"  // operated by 21Vianet
)

// ParseCloud reads the name of a cloud.
func ParseCloud(text string) (Cloud, error) {
	switch c := Cloud(text); c {
	case CloudGlobal, CloudUSGov, CloudDoD, CloudChina:
		return c, nil
	}
	return "", &ConfigError{Problem: fmt.Sprintf("--cloud %q is not a cloud: use global, usgov, dod or china", text)}
}

// origin is where the cloud's Graph answers, as listed at
// https://learn.microsoft.com/graph/deployments.
func (c Cloud) origin() string {
	switch c {
	case CloudUSGov:
		return "https://graph.microsoft.us"
	case CloudDoD:
		return "https://dod-graph.microsoft.us"
	case CloudChina:
		return "https://microsoftgraph.chinacloudapi.cn"
	}
	return "https://graph.microsoft.com"
}

// authority is where the cloud signs apps and people in.
func (c Cloud) authority() string {
	switch c {
	case CloudUSGov, CloudDoD:
		return "https://login.microsoftonline.us"
	case CloudChina:
		return "https://login.chinacloudapi.cn"
	}
	return "https://login.microsoftonline.com"
}

// scope asks for whatever was granted to the app. It names the cloud's Graph
// even where another endpoint is configured: that is the audience which a
// proxy in front of Graph has to pass on.
func (c Cloud) scope() string { return c.origin() + "/.default" }
