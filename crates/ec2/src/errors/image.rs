//! What AWS says when a change of images is refused.

use awsproto::AwsError;
use model::refusal::ImageRefusal;

pub(super) fn refused(refusal: ImageRefusal) -> AwsError {
    use ImageRefusal::*;
    match refusal {
        NotOwner(image) => AwsError::new("AuthFailure", format!("Not authorized for image:{image}")),
        NameTaken(name, image) => AwsError::new(
            "InvalidAMIName.Duplicate",
            format!("AMI name {name} is already in use by AMI {image}"),
        ),
        Protected(image) => AwsError::new(
            "OperationNotPermitted",
            format!("The image '{image}' has deregistration protection enabled and cannot be deregistered."),
        ),
        PublicAccessBlocked => AwsError::new(
            "OperationNotPermitted",
            "You can't publicly share this image because block public access for AMIs is enabled for this account in this \
             Region.",
        ),
        EncryptedForEverybody(image) => AwsError::new(
            "InvalidParameterValue",
            format!("Cannot share the image '{image}' publicly: it has encrypted snapshots."),
        ),
    }
}
