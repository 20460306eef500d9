//! SUIT_Component_Metadata: owner, permissions and times of a file (update management, 4.6).

use hexad_cose_core::cbor::{Cursor, Entries, Raw, Type};
use hexad_cose_core::{ErrorKind as Cbor, Label};

use crate::error::{Error, ErrorKind};
use crate::labels::{component_metadata as label, filetype, tag};
use crate::parameter::{Uuid, text_key};

/// SUIT_Filetype.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FileType {
    /// A regular file, which is also what a component without a file type is.
    #[default]
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link; the component's content is what it points to.
    Symlink,
}

/// SUIT_meta_permissions: a set of bits, numbered as in the CDDL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// traverse_exec.
    pub const TRAVERSE_EXEC: Self = Self(1);
    /// create_write.
    pub const CREATE_WRITE: Self = Self(1 << 1);
    /// list_read.
    pub const LIST_READ: Self = Self(1 << 2);
    /// createdir_append.
    pub const CREATEDIR_APPEND: Self = Self(1 << 3);
    /// read_attr.
    pub const READ_ATTR: Self = Self(1 << 4);
    /// read_perm.
    pub const READ_PERM: Self = Self(1 << 5);
    /// change_perm.
    pub const CHANGE_PERM: Self = Self(1 << 6);
    /// change_owner.
    pub const CHANGE_OWNER: Self = Self(1 << 7);
    /// write_attr.
    pub const WRITE_ATTR: Self = Self(1 << 8);
    /// recurse_delete.
    pub const RECURSE_DELETE: Self = Self(1 << 9);
    /// delete.
    pub const DELETE: Self = Self(1 << 10);
    /// sync.
    pub const SYNC: Self = Self(1 << 11);
    /// read_attr_ex.
    pub const READ_ATTR_EX: Self = Self(1 << 12);
    /// write_attr_ex.
    pub const WRITE_ATTR_EX: Self = Self(1 << 13);

    /// The set with these bits, if the standard defines them all.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Option<Self> {
        if bits < 0x4000 { Some(Self(bits)) } else { None }
    }

    /// The bits, 0 to 2^14 - 1.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether all of `other` is granted.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn take(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let undefined = cursor.error(Cbor::InvalidValue);
        Ok(Self::from_bits(cursor.unsigned()?).ok_or(undefined)?)
    }
}

/// SUIT_meta_actor_id: who may do something, or made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'b> {
    /// A UUID (tag 37).
    Uuid(&'b Uuid),
    /// Bytes.
    Bytes(&'b [u8]),
    /// Text, such as a user's name.
    Text(&'b str),
    /// An integer, such as a POSIX user's number.
    Integer(i64),
}

impl<'b> Actor<'b> {
    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        if cursor.optional_tag(tag::UUID)? {
            let error = cursor.error(Cbor::Length);
            return Ok(Self::Uuid(cursor.bytes()?.try_into().map_err(|_| error)?));
        }
        Ok(match cursor.peek()? {
            Type::Bytes => Self::Bytes(cursor.bytes()?),
            Type::Text => Self::Text(cursor.text()?),
            _ => Self::Integer(cursor.integer()?),
        })
    }
}

/// The most actors that one map may have; bounds the search for duplicates.
const MAX_ACTORS: usize = 64;

/// SUIT_meta_permission_map: what each of several actors may do.
#[derive(Clone, Copy, Debug)]
pub struct PermissionMap<'b> {
    encoded: Raw<'b>,
}

impl<'b> PermissionMap<'b> {
    /// Reads the map that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR; `Length` for an empty map; `DuplicateKey`; `TooMany` for more than 64 actors.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(bytes);
        let map = Self::take(&mut cursor)?;
        cursor.finish()?;
        Ok(map)
    }

    /// The map as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    fn take(cursor: &mut Cursor<'b>) -> Result<Self, Error> {
        let here = *cursor;
        let mut items = cursor.map()?;
        let first = *cursor;
        let mut passed = 0usize;
        while items.next(cursor)? {
            let key = *cursor;
            let actor = Actor::take(cursor)?;
            Permissions::take(cursor)?;
            let mut earlier = first;
            for _ in 0..passed {
                if Actor::take(&mut earlier)? == actor {
                    return Err(key.error(Cbor::DuplicateKey).into());
                }
                earlier.skip()?;
            }
            passed = passed.saturating_add(1);
            if passed > MAX_ACTORS {
                return Err(key.error(Cbor::TooMany).into());
            }
        }
        if passed == 0 {
            return Err(here.error(Cbor::Length).into());
        }
        Ok(Self { encoded: here.rest().until(cursor) })
    }

    /// The actors with what they may do.
    pub fn iter(self) -> impl Iterator<Item = (Actor<'b>, Permissions)> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.map().ok();
        core::iter::from_fn(move || {
            if !items.as_mut()?.next(&mut cursor).ok()? {
                return None;
            }
            Some((Actor::take(&mut cursor).ok()?, Permissions::take(&mut cursor).ok()?))
        })
    }
}

/// suit-parameter-component-metadata, which the platform applies when it fetches, copies or writes.
#[derive(Clone, Copy, Debug)]
pub struct ComponentMetadata<'b> {
    encoded: Raw<'b>,
}

/// One member of [`ComponentMetadata`].
#[derive(Clone, Copy, Debug)]
pub enum Metadatum<'b> {
    /// suit-meta-default-permissions: of all who have none of their own.
    DefaultPermissions(Permissions),
    /// suit-meta-user-permissions.
    UserPermissions(PermissionMap<'b>),
    /// suit-meta-group-permissions.
    GroupPermissions(PermissionMap<'b>),
    /// suit-meta-role-permissions.
    RolePermissions(PermissionMap<'b>),
    /// suit-meta-file-type.
    FileType(FileType),
    /// suit-meta-modification-time: seconds since 1970-01-01 UTC.
    ModificationTime(u64),
    /// suit-meta-creation-time: seconds since 1970-01-01 UTC.
    CreationTime(u64),
    /// suit-meta-creator.
    Creator(Actor<'b>),
}

impl<'b> ComponentMetadata<'b> {
    /// Reads the map that is all of `bytes`.
    ///
    /// # Errors
    /// Those of CBOR; `UnexpectedElement` for an unknown member.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::read(Raw::new(bytes, 0))
    }

    /// Reads the map that is all of `encoded`.
    pub(crate) fn read(encoded: Raw<'b>) -> Result<Self, Error> {
        let mut cursor = encoded.cursor();
        let mut entries = Entries::enter(&mut cursor)?;
        loop {
            let at = cursor.offset();
            match entries.next(&mut cursor)? {
                None => break,
                Some(Label::Integer(key)) => take(key, at, &mut cursor)?,
                Some(Label::Text(_)) => return Err(text_key(at)),
            };
        }
        cursor.finish()?;
        Ok(Self { encoded })
    }

    /// The map as it is encoded in the input.
    #[must_use]
    pub const fn encoded(self) -> Raw<'b> {
        self.encoded
    }

    /// The members in the order of the map.
    pub fn iter(self) -> impl Iterator<Item = Metadatum<'b>> + use<'b> {
        let mut cursor = self.encoded.cursor();
        let mut items = cursor.map().ok();
        core::iter::from_fn(move || {
            if !items.as_mut()?.next(&mut cursor).ok()? {
                return None;
            }
            let at = cursor.offset();
            let key = cursor.integer().ok()?;
            take(key, at, &mut cursor).ok()
        })
    }

    /// suit-meta-file-type, or a regular file.
    #[must_use]
    pub fn file_type(self) -> FileType {
        let file_type = self.iter().find_map(|member| match member {
            Metadatum::FileType(file_type) => Some(file_type),
            _ => None,
        });
        file_type.unwrap_or_default()
    }
}

/// Two are equal when they are encoded alike.
impl PartialEq for ComponentMetadata<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.encoded.bytes() == other.encoded.bytes()
    }
}

impl Eq for ComponentMetadata<'_> {}

/// Takes the member whose key was taken at `offset`.
fn take<'b>(key: i64, offset: usize, cursor: &mut Cursor<'b>) -> Result<Metadatum<'b>, Error> {
    Ok(match key {
        label::DEFAULT_PERMISSIONS => Metadatum::DefaultPermissions(Permissions::take(cursor)?),
        label::USER_PERMISSIONS => Metadatum::UserPermissions(PermissionMap::take(cursor)?),
        label::GROUP_PERMISSIONS => Metadatum::GroupPermissions(PermissionMap::take(cursor)?),
        label::ROLE_PERMISSIONS => Metadatum::RolePermissions(PermissionMap::take(cursor)?),
        label::FILE_TYPE => {
            let unknown = cursor.error(Cbor::InvalidValue);
            Metadatum::FileType(match cursor.unsigned()? {
                filetype::REGULAR => FileType::Regular,
                filetype::DIRECTORY => FileType::Directory,
                filetype::SYMLINK => FileType::Symlink,
                _ => return Err(unknown.into()),
            })
        }
        label::MODIFICATION_TIME => Metadatum::ModificationTime(time(cursor)?),
        label::CREATION_TIME => Metadatum::CreationTime(time(cursor)?),
        label::CREATOR => Metadatum::Creator(Actor::take(cursor)?),
        _ => return Err(Error::new(ErrorKind::UnexpectedElement(key), offset)),
    })
}

/// Takes seconds since 1970 under their tag, which is required.
fn time(cursor: &mut Cursor<'_>) -> Result<u64, Error> {
    if !cursor.optional_tag(tag::EPOCH)? {
        return Err(cursor.error(Cbor::UnexpectedTag).into());
    }
    Ok(cursor.unsigned()?)
}
