# descent_plugins(<target> <folder> <header> <registry type> <accessor>): every .cpp in <folder> is one plug-in with
# `void enroll(<registry type>&)` in the namespace of its path. Writes the function <accessor>, which calls them all:
# a file without enroll() is a link error that names it.
function(descent_plugins target folder header type accessor)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${folder}/*.cpp)
    list(SORT allSources)
    string(REPLACE "/" "::" space "core::${folder}")
    string(REGEX REPLACE "::[^:]*$" "" engine "${space}")
    get_filename_component(family ${folder} NAME)
    set(declarations "")
    set(calls "")
    foreach(source ${sources})
        get_filename_component(plugin ${source} NAME_WE)
        string(APPEND declarations "namespace ${space}::${plugin} { void enroll(${engine}::${type}&); }\n")
        string(APPEND calls "        ${family}::${plugin}::enroll(all);\n")
    endforeach()
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/${accessor}.gen.cpp)
    file(CONFIGURE OUTPUT ${generated} CONTENT "// Written by the build from the files in core/${folder}.
#include \"core/${header}\"

${declarations}
namespace ${engine} {

const ${type}& ${accessor}()
{
    static const ${type} plugins = [] {
        ${type} all(\"${family}\");
${calls}        return all;
    }();
    return plugins;
}

}
" @ONLY)
    target_sources(${target} PRIVATE ${sources} ${generated})
    set_property(GLOBAL APPEND PROPERTY DESCENT_FAMILIES "${accessor}")
endfunction()
