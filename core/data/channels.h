// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

/// Appends the rows of `data.channels.validation` and `test` to those of the train channel, and says in `parts` which
/// are which. Columns are told by their names; they, kinds of values, shapes and classes must be those of the train
/// channel: else an error of kind Data names the channel, the file and the column.
base::Result<Loaded> withChannels(Loaded train, const SourceRequest& request);

/// The same request for the file of another channel, whose rows are to agree with those of `train`; nothing of `train`
/// is needed afterwards but its info.
SourceRequest channelRequest(const SourceRequest& request, const std::string& path);
void agreeWith(const Loaded& train, DatasetInfo& info, SourceRequest& request);

/// Appends rows to others. `strict`: a class that the first ones have not is an error.
base::Status appendRows(Loaded& into, Loaded rows, const ChannelStart& channel, bool strict);

/// Once the target is known: an error if a class is in a channel and in no row of the train channel.
base::Status checkChannelClasses(const Loaded& loaded);

}
