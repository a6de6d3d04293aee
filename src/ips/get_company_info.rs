//! `getCompanyInfo`: one company.

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    Account, COMPANY, Client, CompanyInfo, IpsError,
    company::CompanyRow,
    soap::{Elements, Operation},
};

/// How a company is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyKey<'a> {
    /// By its handle.
    Handle(&'a str),
    /// By its name.
    Name(&'a str),
}

impl Client {
    /// One company.
    pub async fn company_info(
        &self,
        account: &Account,
        company: CompanyKey<'_>,
    ) -> Result<CompanyInfo, IpsError> {
        self.call(account, &GetCompanyInfo(company)).await
    }
}

pub(super) struct GetCompanyInfo<'a>(pub CompanyKey<'a>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(deserialize_with = "with_handle")]
    company_info: CompanyInfo,
}

fn with_handle<'de, D: Deserializer<'de>>(from: D) -> Result<CompanyInfo, D::Error> {
    let company = CompanyRow::deserialize(from)?.into_info();
    company.ok_or_else(|| D::Error::missing_field("companyHandle"))
}

impl Operation for GetCompanyInfo<'_> {
    const NAME: &'static str = "getCompanyInfo";
    type Answer = Answer;
    type Output = CompanyInfo;

    fn write(&self, param: &mut Elements) -> Result<(), IpsError> {
        match self.0 {
            CompanyKey::Handle(handle) => param.leaf("companyHandle", COMPANY, handle),
            CompanyKey::Name(name) => param.leaf("companyName", "company name", name),
        }
    }

    fn read(answer: Answer) -> Result<CompanyInfo, IpsError> {
        Ok(answer.company_info)
    }
}
