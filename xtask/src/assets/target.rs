//! What a program is built for.

use assembly::Architecture;

/// The glibc of `provided.al2023`, Amazon Linux 2023: a program must need no newer one.
///
/// <https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html>
pub const GLIBC: &str = "2.34";

/// What a program is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Lambda's `provided.al2023` on this processor.
    Lambda(Architecture),
    /// This machine, in the development profile, for the local cloud.
    Local,
}

/// What decides which programs a machine can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'a> {
    /// The operating system, as Rust names it.
    pub os: &'a str,
    /// The processor, as Rust names it.
    pub arch: &'a str,
    /// Whether the C library is glibc.
    pub glibc: bool,
}

impl Host<'static> {
    /// This machine.
    pub const THIS: Self =
        Self { os: std::env::consts::OS, arch: std::env::consts::ARCH, glibc: cfg!(target_env = "gnu") };
}

impl Target {
    /// What a function is built for when the local cloud on `host` is to run what Lambda would: just that, if `host` can
    /// run it.
    #[must_use]
    pub fn released(architecture: Architecture, host: Host<'_>) -> Self {
        let lambda = host.os == "linux" && host.glibc && host.arch == processor(architecture);
        if lambda { Self::Lambda(architecture) } else { Self::Local }
    }

    /// What tells its builds from those for others.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Lambda(architecture) => format!("functions-{architecture}"),
            Self::Local => "functions-local".to_owned(),
        }
    }

    /// The name Rust has for it; this machine needs none.
    #[must_use]
    pub fn triple(self) -> Option<String> {
        match self {
            Self::Lambda(architecture) => Some(format!("{}-unknown-linux-gnu", processor(architecture))),
            Self::Local => None,
        }
    }
}

const fn processor(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "aarch64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: Host<'_> = Host { os: "linux", arch: "x86_64", glibc: true };

    #[test]
    fn an_emulator_runs_what_lambda_would_run_where_the_machine_can() {
        assert_eq!(Target::released(Architecture::X86_64, LINUX), Target::Lambda(Architecture::X86_64));
        let graviton = Host { arch: "aarch64", ..LINUX };
        assert_eq!(Target::released(Architecture::Arm64, graviton), Target::Lambda(Architecture::Arm64));
    }

    #[test]
    fn an_emulator_elsewhere_runs_programs_built_for_its_machine() {
        let mac = Host { os: "macos", arch: "aarch64", glibc: false };
        let alpine = Host { glibc: false, ..LINUX };
        for host in [mac, alpine] {
            assert_eq!(Target::released(Architecture::X86_64, host), Target::Local);
        }
        assert_eq!(Target::released(Architecture::Arm64, LINUX), Target::Local);
    }
}
