//! What reference values are about: `environment-map` of draft-ietf-rats-corim, owned and compared.

use hexad_corim::{ClassId, CryptoKey, Environment as View, Group, Instance};

/// A kind of device, a part of one, or one device. What reference values are said of, and what a device is known
/// to be.
///
/// Of a device, [`class_id`](Self::class_id) is its `hwmodel`, [`instance`](Self::instance) its `ueid`, and the rest
/// is what its operator has enrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The content of `class-id`: an OID in DER, a UUID or bytes.
    pub class_id: Option<Vec<u8>>,
    /// `vendor`
    pub vendor: Option<String>,
    /// `model`
    pub model: Option<String>,
    /// `layer`
    pub layer: Option<u64>,
    /// `index`
    pub index: Option<u64>,
    /// The content of `instance`: a UEID, a UUID or bytes.
    pub instance: Option<Vec<u8>>,
    /// The content of `group`: a UUID or bytes.
    pub group: Option<Vec<u8>>,
}

impl Environment {
    /// Whether all that `condition` says is so here (draft-ietf-rats-corim, "Environment Comparison"): what it does
    /// not say, it does not ask for.
    ///
    /// ```
    /// use hexad_operator::environment::Environment;
    ///
    /// let vendor = Some("Example Ltd".to_owned());
    /// let condition = Environment { vendor: vendor.clone(), ..Environment::default() };
    /// let lamp = Environment { vendor, model: Some("lamp".to_owned()), ..Environment::default() };
    /// assert!(lamp.satisfies(&condition) && !condition.satisfies(&lamp));
    /// ```
    #[must_use]
    pub fn satisfies(&self, condition: &Self) -> bool {
        fn is<T: PartialEq>(own: Option<&T>, asked: Option<&T>) -> bool {
            asked.is_none() || own == asked
        }
        is(self.class_id.as_ref(), condition.class_id.as_ref())
            && is(self.vendor.as_ref(), condition.vendor.as_ref())
            && is(self.model.as_ref(), condition.model.as_ref())
            && is(self.layer.as_ref(), condition.layer.as_ref())
            && is(self.index.as_ref(), condition.index.as_ref())
            && is(self.instance.as_ref(), condition.instance.as_ref())
            && is(self.group.as_ref(), condition.group.as_ref())
    }

    /// That of a manifest; `None` when it names its class or instance in a way that evidence does not show: by the
    /// choice of a profile, or by a key.
    pub(crate) fn of_manifest(view: &View<'_>) -> Option<Self> {
        let class = view.class.unwrap_or_default();
        let class_id = match class.class_id {
            None => None,
            Some(ClassId::Oid(bytes) | ClassId::Bytes(bytes)) => Some(bytes.to_vec()),
            Some(ClassId::Uuid(uuid)) => Some(uuid.to_vec()),
            Some(ClassId::Other(..)) => return None,
        };
        let instance = match view.instance {
            None => None,
            Some(Instance::Ueid(bytes) | Instance::Key(CryptoKey::Bytes(bytes))) => {
                Some(bytes.to_vec())
            }
            Some(Instance::Uuid(uuid)) => Some(uuid.to_vec()),
            Some(Instance::Key(_)) => return None,
        };
        Some(Self {
            class_id,
            vendor: class.vendor.map(str::to_owned),
            model: class.model.map(str::to_owned),
            layer: class.layer,
            index: class.index,
            instance,
            group: view.group.map(|group| match group {
                Group::Uuid(uuid) => uuid.to_vec(),
                Group::Bytes(bytes) => bytes.to_vec(),
            }),
        })
    }
}
