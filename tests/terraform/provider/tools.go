//go:build tools

// Package tools names the provider, so that go.sum holds it and all it needs.
package tools

import _ "github.com/terraform-providers/terraform-provider-aws"
