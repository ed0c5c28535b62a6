{# Each plain letter with the marked letters that stand for it: Latin-1, Latin Extended-A and a few neighbours (Azeri,
   Romanian, Vietnamese horn letters). The letters of Turkish come first in their rows: PostgreSQL searches from the left.
   Example:   {% for plain, marked in letters_with_marks() %} #}
{% macro letters_with_marks() -%}
    {{ return([
        ['a', 'ÂâÀÁÃÄÅàáãäåĀāĂăĄąǍǎ'],
        ['c', 'ÇçĆćĈĉĊċČč'],
        ['d', 'ÐðĎďĐđ'],
        ['e', 'ÈÉÊËèéêëĒēĔĕĖėĘęĚěƏə'],
        ['g', 'ĞğĜĝĠġĢģǦǧ'],
        ['h', 'ĤĥĦħ'],
        ['i', 'İıÎîÌÍÏìíïĨĩĪīĬĭĮįǏǐ'],
        ['j', 'Ĵĵ'],
        ['k', 'ĶķĸǨǩ'],
        ['l', 'ĹĺĻļĽľĿŀŁł'],
        ['n', 'ÑñŃńŅņŇňŊŋ'],
        ['o', 'ÖöÒÓÔÕØòóôõøŌōŎŏŐőƠơǑǒ'],
        ['r', 'ŔŕŖŗŘř'],
        ['s', 'ŞşŚśŜŝŠšſȘș'],
        ['t', 'ŢţŤťŦŧȚț'],
        ['u', 'ÜüÛûÙÚùúŨũŪūŬŭŮůŰűŲųƯưǓǔǕǖǗǘǙǚǛǜ'],
        ['w', 'Ŵŵ'],
        ['y', 'ÝýÿŶŷŸ'],
        ['z', 'ŹźŻżŽž'],
    ]) }}
{%- endmacro %}
