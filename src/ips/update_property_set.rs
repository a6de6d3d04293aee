//! `updatePropertySet`: change one setting at Dynamic Media.

use super::{
    Account, Client, IpsError,
    soap::{self, Elements, Operation, Unread},
};

impl Client {
    /// Sets one property of a set and leaves the others: it always sends `replaceProperties=false`, because with
    /// `true` Adobe would delete every other setting of the company. Adobe answers nothing; read the set again to
    /// know.
    pub async fn update_property(
        &self,
        account: &Account,
        set_handle: &str,
        name: &str,
        value: &str,
    ) -> Result<(), IpsError> {
        let operation = UpdatePropertySet {
            set_handle,
            name,
            value,
        };
        self.call(account, &operation).await
    }
}

pub(super) struct UpdatePropertySet<'a> {
    pub set_handle: &'a str,
    pub name: &'a str,
    pub value: &'a str,
}

impl Operation for UpdatePropertySet<'_> {
    const NAME: &'static str = "updatePropertySet";
    type Answer = ();
    type Output = ();

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        param.leaf("setHandle", "property set's handle", self.set_handle)?;
        param.word("replaceProperties", "false");
        param.nested("propertyArray", |properties| {
            properties.nested("items", |property| {
                property.leaf("name", "property's name", self.name)?;
                property.leaf("value", "property's value", self.value)
            })
        })
    }

    /// Documented as "no response": no bytes, an empty body and an empty element all come.
    fn find(bytes: &[u8]) -> Result<(), Unread> {
        soap::read_nothing(bytes, "updatePropertySetReturn")
    }

    fn read((): ()) -> Result<(), IpsError> {
        Ok(())
    }
}
