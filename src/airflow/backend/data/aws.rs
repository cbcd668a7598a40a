//! Facts about AWS names: partitions and regions, from botocore's `partitions.json`.

/// Facts about AWS names.
#[derive(Debug)]
pub struct Aws {
    /// Partitions in botocore's order.
    pub partitions: Vec<Partition>,
}

/// One AWS partition.
#[derive(Debug)]
pub struct Partition {
    /// `aws`, `aws-cn`, …
    pub id: String,
    /// Regular expression of its regions' names.
    pub region_regex: String,
    /// Regions that botocore ships.
    pub regions: Vec<String>,
}

impl Aws {
    /// The partition whose regions look like `region`, known or not.
    pub fn partition_of_region(&self, region: &str) -> Option<&Partition> {
        let known = self
            .partitions
            .iter()
            .find(|partition| partition.regions.iter().any(|known| known == region));
        known.or_else(|| {
            self.partitions
                .iter()
                .find(|partition| partition.region_has_its_shape(region))
        })
    }

    /// The partition with this id.
    pub fn partition(&self, id: &str) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.id == id)
    }

    /// True for a region that botocore ships.
    pub fn is_known_region(&self, region: &str) -> bool {
        self.regions().any(|known| known == region)
    }

    /// Every region that botocore ships.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.partitions
            .iter()
            .flat_map(|partition| partition.regions.iter().map(String::as_str))
    }

    /// The known region nearest to `region`, if one is near enough to be meant.
    pub fn nearest_region(&self, region: &str) -> Option<&str> {
        let region = region.to_ascii_lowercase().replace('_', "-");
        self.regions()
            .map(|known| (strsim::damerau_levenshtein(&region, known), known))
            .filter(|(distance, _)| *distance <= 2)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    }
}

impl Partition {
    /// True when `region` matches the partition's regular expression.
    pub fn region_has_its_shape(&self, region: &str) -> bool {
        fancy_regex::Regex::new(&self.region_regex)
            .expect("the shipped expressions are well-formed")
            .is_match(region)
            .unwrap_or(false)
    }
}
