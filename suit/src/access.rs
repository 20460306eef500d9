//! Access control (section 9): which signers may do what with which components.

use crate::component::ComponentIdentifier;
use crate::signers::{Demand, Signers};

/// What a manifest wants to do with a component. Labels are those of the SUIT Commands and SUIT
/// Parameters registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Apply this directive (or custom command) to it. Conditions ask nobody: "any identity can verify
    /// an image digest".
    Command(i64),
    /// Set this parameter for it.
    Parameter(i64),
    /// Take what it holds as the source of this directive.
    Source(i64),
}

/// Commands or parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels<'a> {
    /// All of them.
    All,
    /// These.
    Only(&'a [i64]),
}

impl Labels<'_> {
    /// Whether this one is among them.
    #[must_use]
    pub fn contains(self, label: i64) -> bool {
        match self {
            Self::All => true,
            Self::Only(labels) => labels.contains(&label),
        }
    }
}

/// One rule of an [`AccessList`]: who it speaks of, of which components, and what they may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Whom it speaks of.
    pub signers: Demand,
    /// The components whose identifiers are, or begin with, these byte strings.
    pub components: &'a [&'a [u8]],
    /// What they may apply to these components, or take them as the source of.
    pub commands: Labels<'a>,
    /// What they may set for these components.
    pub parameters: Labels<'a>,
}

/// An access control list: what no rule grants is denied.
///
/// The second model of section 9 grants all commands and parameters within a prefix, the third lists
/// them.
///
/// ```
/// use hexad_suit::access::{Access, AccessList, Grant, Labels};
/// use hexad_suit::labels::{directive, parameter};
/// use hexad_suit::{ComponentIdentifier, Demand, Signers};
///
/// const AUTHOR: Signers = Signers::NONE.with(0);
/// const DISTRIBUTOR: Signers = Signers::NONE.with(1);
/// const LIST: AccessList<'_> = AccessList::new(&[
///     Grant {
///         signers: Demand::AnyOf(AUTHOR),
///         components: &[b"app"],
///         commands: Labels::All,
///         parameters: Labels::All,
///     },
///     Grant {
///         signers: Demand::AnyOf(DISTRIBUTOR),
///         components: &[b"app"],
///         commands: Labels::Only(&[]),
///         parameters: Labels::Only(&[parameter::URI, parameter::ENCRYPTION_INFO]),
///     },
/// ]);
/// # fn show(app: ComponentIdentifier<'_>) {
/// assert!(LIST.permits(DISTRIBUTOR, app, Access::Parameter(parameter::URI)));
/// assert!(!LIST.permits(DISTRIBUTOR, app, Access::Command(directive::WRITE)));
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AccessList<'a> {
    grants: &'a [Grant<'a>],
}

impl<'a> AccessList<'a> {
    /// A list of these rules.
    #[must_use]
    pub const fn new(grants: &'a [Grant<'a>]) -> Self {
        Self { grants }
    }

    /// Whether a rule grants this to a manifest that these have signed.
    #[must_use]
    pub fn permits(
        self,
        signers: Signers,
        component: ComponentIdentifier<'_>,
        access: Access,
    ) -> bool {
        self.grants.iter().any(|grant| {
            grant.signers.is_met_by(signers)
                && component.is_within(grant.components)
                && match access {
                    Access::Command(label) | Access::Source(label) => {
                        grant.commands.contains(label)
                    }
                    Access::Parameter(label) => grant.parameters.contains(label),
                }
        })
    }
}
