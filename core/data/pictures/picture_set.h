// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/picture.h"
#include "core/data/pictures/folder_listing.h"
#include "core/data/source.h"

namespace core::data {

/// A picture of a data set, with what is known of it.
struct PictureRow {
    ListedFile file;
    std::vector<Box> boxes; ///< for detection
    std::string mask;       ///< for segmentation: a file of class numbers; empty: none
    PictureFacts facts;     ///< set by loadPictures()
};

struct PictureSetOptions {
    std::string where; ///< the folder, for errors
    std::string name;
    PictureUse use = PictureUse::Seen;
    std::function<std::vector<std::string>()> listAgain; ///< the paths once more, to see what changed meanwhile
    std::vector<std::string> others;                     ///< files of a kind that is not read here
};

/// Decodes all pictures to one size as data.image says, many at a time: `inputs` [rows, channels, height, width] uint8,
/// and `samples` that decode a picture again, as large as it is. Those that cannot be read are left out, counted and
/// listed in `problems`. Sets rows, shape, parts; classes, task and targets of classification are the caller's, who
/// finds in `rows` those that are left.
base::Status loadPictures(std::vector<PictureRow>& rows, const PictureSetOptions& options, const SourceRequest& request,
                          Loaded& loaded);

/// Class ids of the rows' folders as targets.
void takeFolderLabels(const std::vector<PictureRow>& rows, const std::vector<std::string>& classes, Loaded& loaded);

/// The rules for files that are pictures.
ListingRules pictureRules();

}
