//! Which URLs of many are looked at: some of each host, and on each host some of as many assets as can be.

use std::collections::BTreeMap;

/// A URL that could be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Scheme, host and port.
    pub host: &'a str,
    /// What the URL shows: an asset, or its path.
    pub asset: &'a str,
}

/// The numbers of at most `size` candidates, spread over hosts and assets, in order.
#[must_use]
pub fn sample(candidates: &[Candidate<'_>], size: usize) -> Vec<usize> {
    let mut hosts: BTreeMap<&str, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (number, candidate) in candidates.iter().enumerate() {
        let assets = hosts.entry(candidate.host).or_default();
        assets.entry(candidate.asset).or_default().push(number);
    }
    let hosts: Vec<Vec<Vec<usize>>> = hosts
        .into_values()
        .map(|assets| assets.into_values().collect())
        .collect();
    let sizes: Vec<usize> = hosts
        .iter()
        .map(|assets| assets.iter().map(Vec::len).sum())
        .collect();
    let mut chosen: Vec<usize> = hosts
        .iter()
        .zip(shares(&sizes, size))
        .flat_map(|(assets, share)| of_host(assets, share))
        .collect();
    chosen.sort_unstable();
    chosen
}

fn of_host(assets: &[Vec<usize>], share: usize) -> Vec<usize> {
    let sizes: Vec<usize> = assets.iter().map(Vec::len).collect();
    assets
        .iter()
        .zip(shares(&sizes, share))
        .flat_map(|(urls, share)| evenly(urls.len(), share).map(|index| urls[index]))
        .collect()
}

/// Divides `total` among groups of these sizes, as equally as the sizes allow. Where there are more groups than shares, the
/// shares go to groups at equal distances.
fn shares(sizes: &[usize], total: usize) -> Vec<usize> {
    let mut shares = vec![0; sizes.len()];
    if sizes.len() > total {
        evenly(sizes.len(), total).for_each(|index| shares[index] = 1);
        return shares;
    }
    let mut left = total.min(sizes.iter().sum());
    while left > 0 {
        for (share, &size) in shares.iter_mut().zip(sizes) {
            if left > 0 && *share < size {
                *share += 1;
                left -= 1;
            }
        }
    }
    shares
}

/// `count` numbers below `length`, at equal distances.
fn evenly(length: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(length);
    (0..count).map(move |index| index * length / count)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_host_is_not_crowded_out_by_a_large_one() {
        let mut candidates = vec![
            Candidate {
                host: "large",
                asset: "a"
            };
            900
        ];
        candidates.extend(vec![
            Candidate {
                host: "small",
                asset: "b"
            };
            2
        ]);
        let chosen = sample(&candidates, 50);
        assert_eq!(chosen.len(), 50);
        assert_eq!(chosen.iter().filter(|&&number| number >= 900).count(), 2);
    }

    #[test]
    fn one_url_of_many_assets_is_better_than_many_of_one() {
        let names: Vec<String> = (0..40).map(|number| format!("asset {number:02}")).collect();
        let candidates: Vec<_> = names
            .iter()
            .flat_map(|asset| vec![Candidate { host: "h", asset }; 5])
            .collect();
        let assets = |size| -> usize {
            let chosen = sample(&candidates, size);
            chosen
                .iter()
                .map(|&number| candidates[number].asset)
                .collect::<BTreeSet<_>>()
                .len()
        };
        assert_eq!(assets(10), 10);
        assert_eq!(assets(50), 40);
    }

    proptest! {
        #[test]
        fn a_sample_is_as_large_as_it_may_be_and_holds_each_host_that_fits(
            groups in prop::collection::vec((0..4_usize, 0..9_usize), 0..200),
            size in 0..60_usize,
        ) {
            let names: Vec<String> = (0..9).map(|number| number.to_string()).collect();
            let candidates: Vec<_> = groups
                .iter()
                .map(|&(host, asset)| Candidate { host: &names[host], asset: &names[asset] })
                .collect();
            let chosen = sample(&candidates, size);
            prop_assert_eq!(chosen.len(), size.min(candidates.len()));
            let distinct: BTreeSet<_> = chosen.iter().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
            let hosts: BTreeSet<_> = candidates.iter().map(|candidate| candidate.host).collect();
            let seen: BTreeSet<_> = chosen.iter().map(|&number| candidates[number].host).collect();
            prop_assert_eq!(seen.len(), hosts.len().min(size));
        }
    }
}
