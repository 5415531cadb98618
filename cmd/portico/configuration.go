package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"portico/config"
)

func (c *console) config() *cobra.Command {
	printed := &cobra.Command{
		Use:   "print",
		Short: "Show every setting, its value and where that comes from",
		Long: "Prints every setting as YAML that can be used as a configuration file. Each line says\n" +
			"what it is for and where its value comes from. Secrets are shown as stars.",
		Example: "  portico config print\n  portico config print > portico.yaml",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := config.Load(c.configFile, c.environ)
			if err != nil {
				return err
			}
			return cfg.Print(c.out)
		},
	}
	check := &cobra.Command{
		Use:     "check",
		Short:   "Say whether the configuration can be used",
		Long:    "Reads the configuration and names every mistake with its line or variable.",
		Example: "  portico config check\n  portico --config /etc/portico/portico.yaml config check",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := config.Load(c.configFile, c.environ)
			if err != nil {
				return err
			}
			for _, warning := range cfg.Warnings() {
				fmt.Fprintln(c.out, "Careful: "+warning)
			}
			from := cfg.File()
			if from == "" {
				from = "defaults and environment, no file"
			}
			fmt.Fprintf(c.out, "The configuration can be used (%s).\n", from)
			return nil
		},
	}
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show or check the settings",
		Long:    "Shows or checks the settings of this Portico: defaults, then the file, then PORTICO_*.",
		Example: "  portico config print\n  portico config check",
	}
	cmd.AddCommand(printed, check)
	return group(cmd)
}
