//! The table is read whole, and its facts follow the release.

use super::*;

#[test]
fn every_class_of_the_table_is_read() {
    assert_eq!(classes().len(), 12);
    for class in classes() {
        let found = class_for(&class.class_path).unwrap();
        assert_eq!(found.class.short_name, class.short_name);
        assert!(found.legacy.is_none());
        for kwarg in class.all_kwargs() {
            assert!(!kwarg.types.is_empty(), "{}", kwarg.name);
        }
    }
}

#[test]
fn old_paths_have_their_bounds() {
    let contrib = "airflow.contrib.secrets.aws_systems_manager.SystemsManagerParameterStoreBackend";
    let found = class_for(contrib).unwrap();
    let legacy = found.legacy.unwrap();
    assert_eq!(found.class.short_name, "aws_ssm");
    assert!(legacy.is_importable(Version::new(2, 11, 2), None));
    assert!(!legacy.is_importable(Version::new(3, 0, 0), None));
    let azure = "airflow.providers.microsoft.azure.secrets.azure_key_vault.AzureKeyVaultBackend";
    let legacy = class_for(azure).unwrap().legacy.unwrap();
    assert_eq!(
        legacy.removed_in,
        Some(Release::Provider(Version::new(5, 0, 0)))
    );
    assert!(legacy.is_importable(Version::new(2, 2, 0), Some(Version::new(4, 3, 0))));
    assert!(!legacy.is_importable(Version::new(2, 2, 0), Some(Version::new(5, 0, 0))));
}

#[test]
fn the_nearest_class_is_the_one_that_was_meant() {
    let near = |text: &str| nearest_class(text).map(|near| near.class.short_name.as_str());
    let ssm = "airflow.providers.amazon.aws.secrets.systems_manager";
    assert_eq!(
        near(&format!("{ssm}.SystemsManagerParameterStore")),
        Some("aws_ssm")
    );
    assert!(classes_in_module(ssm).all(|class| class.short_name == "aws_ssm"));
    assert_eq!(classes_in_module(ssm).count(), 1);
    assert_eq!(
        near(&format!("{ssm}:SystemsManagerParameterStoreBackend")),
        Some("aws_ssm")
    );
    assert_eq!(
        near("airflow.providers.amazon.secrets.secrets_manager.SecretsManagerBackend"),
        Some("aws_secrets_manager")
    );
    assert_eq!(
        near("airflow.providers.vault.VaultBackend"),
        Some("hashicorp_vault")
    );
    assert_eq!(near("mycompany.secrets.Backend"), None);
    assert_eq!(near(""), None);
}

#[test]
fn facts_follow_the_release() {
    let manager = class_named("aws_secrets_manager").unwrap();
    let full_url = manager.kwarg("full_url_mode").unwrap();
    assert!(!full_url.is_in(Version::new(2, 2, 0)));
    assert!(full_url.is_in(Version::new(8, 29, 0)));
    assert!(full_url.is_deprecated_in(Version::new(7, 0, 0)));
    assert!(!full_url.is_in(Version::new(9, 0, 0)));
    let federation = manager.any_kwarg("assume_role_with_web_identity_federation");
    assert_eq!(
        federation
            .unwrap()
            .enumeration_in(Version::new(9, 0, 0))
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        manager.nearest_kwarg("conections_prefix").unwrap().name,
        "connections_prefix"
    );
    assert!(manager.nearest_kwarg("colour").is_none());
    let old = Some(Version::new(5, 0, 0));
    let new = Some(Version::new(9, 39, 0));
    let airflow = Version::new(3, 3, 2);
    assert_eq!(
        manager.unknown_kwarg(old, airflow),
        UnknownKwarg::LookupFails
    );
    assert_eq!(manager.unknown_kwarg(new, airflow), UnknownKwarg::Ignored);
}

#[test]
fn aws_names_are_known() {
    assert!(aws().is_known_region("eu-west-1"));
    assert!(!aws().is_known_region("eu-west-9"));
    assert_eq!(aws().partition_of_region("eu-west-9").unwrap().id, "aws");
    assert_eq!(
        aws().partition_of_region("us-gov-west-1").unwrap().id,
        "aws-us-gov"
    );
    assert!(aws().partition_of_region("eu-west-1a").is_none());
    assert_eq!(aws().nearest_region("us_east_1"), Some("us-east-1"));
}
